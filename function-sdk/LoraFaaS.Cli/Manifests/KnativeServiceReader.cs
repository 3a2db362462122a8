using System.Globalization;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Manifests;

/// <summary>
/// <c>serving.knative.dev/v1</c> <c>Service</c>. The image is a <c>lora://</c> reference; what has a meaning here is mapped, what only concerns
/// containers is warned of by its name, and what would make the function behave otherwise than the manifest says is refused.
/// </summary>
internal static class KnativeServiceReader
{
    private const int MaxTimeoutSeconds = 600;
    private const int MaxConcurrency = 1_000;
    private const string Visibility = "networking.knative.dev/visibility";

    public static Manifest Read(YamlMap root)
    {
        root.RefuseUnknown("apiVersion", "kind", "metadata", "spec", "status");

        var warnings = new List<string>();
        var metadata = root.Map("metadata") ?? throw root.Fault("metadata", "is missing");
        var name = metadata.Text("name") ?? throw metadata.Fault("name", "is missing");
        var spec = root.Map("spec") ?? throw root.Fault("spec", "is missing");
        spec.RefuseUnknown("template", "traffic");
        var traffic = KnativeTraffic.Read(spec, name);

        var template = spec.Map("template") ?? throw spec.Fault("template", "is missing");
        template.RefuseUnknown("metadata", "spec");
        var revision = template.Map("metadata");
        CheckRevisionName(revision, name);

        var labels = Merge(metadata.TextMap("labels"), revision?.TextMap("labels"));
        var annotations = Merge(metadata.TextMap("annotations"), revision?.TextMap("annotations"));

        if (traffic is not null)
        {
            annotations[FunctionAnnotations.Traffic] = traffic;
        }

        var pods = template.Map("spec") ?? throw template.Fault("spec", "is missing");
        CheckVisibility(labels, metadata, warnings);

        // On the revision is their place; Knative itself ignores them elsewhere.
        KnativeScale.Apply(annotations, labels, revision ?? metadata, warnings);
        ReadTimes(pods, annotations, warnings);
        var container = KnativeContainer.Read(pods, warnings);

        return new Manifest(
            container with
            {
                Service = name,
                Namespace = metadata.Text("namespace"),
                Labels = labels,
                Annotations = annotations,
            },
            warnings);
    }

    private static void CheckRevisionName(YamlMap? revision, string name)
    {
        if (revision?.Text("name") is { } given && !given.StartsWith(name + "-", StringComparison.Ordinal))
        {
            throw revision.Fault("name", $"must start with {name}-");
        }
    }

    private static void CheckVisibility(Dictionary<string, string> labels, YamlMap metadata, List<string> warnings)
    {
        if (!labels.TryGetValue(Visibility, out var visibility))
        {
            return;
        }

        if (visibility is not "cluster-local")
        {
            throw metadata.Fault("labels." + Visibility, $"must be cluster-local, not {visibility}");
        }

        warnings.Add($"{Visibility}: kept as a label; who may reach the gateway is decided in front of it");
    }

    private static void ReadTimes(YamlMap pods, Dictionary<string, string> annotations, List<string> warnings)
    {
        pods.RefuseUnknown(
            "containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds", "serviceAccountName", "containers", "volumes",
            "enableServiceLinks", "imagePullSecrets");

        if (pods.Number("timeoutSeconds", 1, MaxTimeoutSeconds) is { } seconds)
        {
            annotations.TryAdd(FunctionAnnotations.Timeout, string.Create(CultureInfo.InvariantCulture, $"{seconds}s"));
        }

        if (pods.Number("containerConcurrency", 0, MaxConcurrency) is > 0 and var most)
        {
            annotations.TryAdd(FunctionAnnotations.MaxConcurrent, most.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var key in (string[])["responseStartTimeoutSeconds", "idleTimeoutSeconds"])
        {
            if (pods.Number(key, 0, MaxTimeoutSeconds) is > 0)
            {
                warnings.Add($"{key}: has no effect; timeoutSeconds bounds the whole invocation");
            }
        }

        foreach (var key in (string[])["serviceAccountName", "imagePullSecrets"])
        {
            if (pods.Has(key))
            {
                warnings.Add($"{key}: has no effect; a function is no pod");
            }
        }
    }

    private static Dictionary<string, string> Merge(Dictionary<string, string>? first, Dictionary<string, string>? second)
    {
        var merged = new Dictionary<string, string>(first ?? [], StringComparer.Ordinal);

        foreach (var (key, value) in second ?? [])
        {
            merged[key] = value;
        }

        return merged;
    }
}
