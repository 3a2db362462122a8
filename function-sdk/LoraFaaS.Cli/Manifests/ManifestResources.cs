using LoraFaaS.Cli.Stack;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Manifests;

/// <summary>Kubernetes quantities under <c>limits</c> or <c>requests</c>.</summary>
internal static class ManifestResources
{
    public static FunctionResources? Read(YamlMap parent, string key)
    {
        if (parent.Map(key) is not { } resources)
        {
            return null;
        }

        resources.RefuseUnknown("memory", "cpu", "nvidia.com/gpu");
        return new FunctionResources { Memory = resources.Text("memory"), Cpu = resources.Text("cpu"), NvidiaGpu = resources.Text("nvidia.com/gpu") };
    }
}
