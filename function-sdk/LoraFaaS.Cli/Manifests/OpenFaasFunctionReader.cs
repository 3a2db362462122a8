using LoraFaaS.Cli.Stack;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Manifests;

/// <summary><c>openfaas.com/v1</c> <c>Function</c>, as <c>faas-cli generate</c> prints it.</summary>
internal static class OpenFaasFunctionReader
{
    public static Manifest Read(YamlMap root)
    {
        root.RefuseUnknown("apiVersion", "kind", "metadata", "spec", "status");

        var metadata = root.Map("metadata") ?? throw root.Fault("metadata", "is missing");
        var spec = root.Map("spec") ?? throw root.Fault("spec", "is missing");
        spec.RefuseUnknown(
            "name", "image", "handler", "environment", "secrets", "labels", "annotations", "constraints", "limits", "requests", "readOnlyRootFilesystem");

        return new Manifest(
            new FunctionDeployment
            {
                Service = spec.Text("name") ?? metadata.Text("name") ?? throw metadata.Fault("name", "is missing"),
                Image = spec.Text("image") ?? throw spec.Fault("image", "is missing: lora://<backbone>/<adapter>[:tag]"),
                Namespace = metadata.Text("namespace"),
                EnvProcess = spec.Text("handler") is { Length: > 0 } handler && !handler.StartsWith('.') && !handler.StartsWith('/') ? handler : null,
                EnvVars = spec.TextMap("environment"),
                Secrets = spec.Texts("secrets"),
                Labels = spec.TextMap("labels"),
                Annotations = spec.TextMap("annotations"),
                Constraints = spec.Texts("constraints"),
                Limits = ManifestResources.Read(spec, "limits"),
                Requests = ManifestResources.Read(spec, "requests"),
                ReadOnlyRootFilesystem = spec.Flag("readOnlyRootFilesystem"),
            },
            []);
    }
}
