using LoraFaaS.Cli.Stack;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Manifests;

/// <summary>The one container of a revision: image, environment, resources, and the secrets that its volumes mount.</summary>
internal static class KnativeContainer
{
    /// <summary>The runtime sets these itself; Knative refuses them, too.</summary>
    private static readonly string[] Reserved = ["PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION"];

    public static FunctionDeployment Read(YamlMap pods, List<string> warnings)
    {
        if (pods.Maps("containers") is not [var container])
        {
            throw pods.Fault("containers", "must hold exactly one container");
        }

        container.RefuseUnknown(
            "name", "image", "env", "ports", "resources", "readinessProbe", "livenessProbe", "startupProbe", "volumeMounts", "imagePullPolicy", "securityContext");

        if (container.Maps("ports") is { Count: > 1 })
        {
            throw container.Fault("ports", "may hold one port");
        }

        foreach (var key in (string[])["ports", "readinessProbe", "livenessProbe", "startupProbe", "imagePullPolicy", "securityContext"])
        {
            if (container.Has(key))
            {
                warnings.Add($"containers[0].{key}: has no effect; the platform's own sandboxes run the adapter");
            }
        }

        var resources = container.Map("resources");
        resources?.RefuseUnknown("limits", "requests");

        return new FunctionDeployment
        {
            Image = ReadImage(container),
            EnvVars = ReadEnvironment(container),
            Limits = resources is null ? null : ManifestResources.Read(resources, "limits"),
            Requests = resources is null ? null : ManifestResources.Read(resources, "requests"),
            Secrets = ReadSecrets(pods),
        };
    }

    private static string ReadImage(YamlMap container)
    {
        var image = container.Text("image") ?? throw container.Fault("image", "is missing: lora://<backbone>/<adapter>[:tag]");

        return image.StartsWith("lora://", StringComparison.Ordinal)
            ? image
            : throw container.Fault("image", $"is {image}; a function's image is lora://<backbone>/<adapter>[:tag]");
    }

    private static Dictionary<string, string>? ReadEnvironment(YamlMap container)
    {
        if (container.Maps("env") is not { } entries)
        {
            return null;
        }

        var environment = new Dictionary<string, string>(StringComparer.Ordinal);

        foreach (var entry in entries)
        {
            // valueFrom is among the unknown: nothing here resolves it, and an empty variable is worse than none.
            entry.RefuseUnknown("name", "value");
            var name = entry.Text("name") ?? throw entry.Fault("name", "is missing");

            if (Reserved.Contains(name, StringComparer.Ordinal))
            {
                throw entry.Fault("name", $"may not be {name}, which the runtime sets");
            }

            environment[name] = entry.Text("value") ?? "";
        }

        return environment;
    }

    /// <summary>A volume of a secret mounts it; here naming it does. Other volumes have nowhere to go.</summary>
    private static List<string>? ReadSecrets(YamlMap pods)
    {
        var secrets = new List<string>();

        foreach (var volume in pods.Maps("volumes") ?? [])
        {
            volume.RefuseUnknown("name", "secret", "projected");

            if (volume.Map("secret") is { } secret)
            {
                secrets.Add(secret.Text("secretName") ?? throw secret.Fault("secretName", "is missing"));
            }

            foreach (var source in volume.Map("projected")?.Maps("sources") ?? [])
            {
                source.RefuseUnknown("secret");
                secrets.Add(source.Map("secret")?.Text("name") ?? throw source.Fault("secret", "must name a secret"));
            }
        }

        return secrets.Count > 0 ? secrets : null;
    }
}
