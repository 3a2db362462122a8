using LoraFaaS.Contracts.Identity;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>Which prompt prefix: a revision's, as computed in sandboxes of one trust domain on one backbone. No other sandbox is given what is kept under it.</summary>
internal readonly record struct PrefixKey(SandboxKey Sandbox, FunctionId Function, int Revision)
{
    /// <summary>Its name within a sandbox.</summary>
    public string Name => ArtifactName.Prefix(Function, Revision).Text;

    public override string ToString() => $"{Name} of {Sandbox}";
}
