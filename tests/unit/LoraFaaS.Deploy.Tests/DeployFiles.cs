using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Deploy.Tests;

/// <summary>The files of deploy/ that describe how the platform is run elsewhere.</summary>
internal static class DeployFiles
{
    public static readonly string Compose = RepositoryRoot.Of("docker-compose.yml");

    public static IReadOnlyList<string> Kustomizations { get; } = [.. Under("kubernetes").Concat(Under("knative")).Where(IsKustomization)];

    /// <summary>Everything that is applied to a cluster.</summary>
    public static IReadOnlyList<string> Manifests { get; } =
        [.. Under("kubernetes").Concat(Under("knative")).Concat(Under("observability")).Where(path => !IsKustomization(path))];

    /// <summary>The pods' containers that run our programs, by program.</summary>
    public static IReadOnlyDictionary<string, (object Pod, object Container)> Pods { get; } = Manifests
        .Where(path => path.Contains("/kubernetes/base/", StringComparison.Ordinal))
        .SelectMany(Yaml.Documents)
        .Select(document => Yaml.At(document, "spec", "template", "spec"))
        .OfType<object>()
        .ToDictionary(pod => Yaml.Text(Yaml.Items(pod, "containers").Single(), "name"), pod => (pod, Yaml.Items(pod, "containers").Single()), StringComparer.Ordinal);

    /// <summary>The compose file's services that run our programs, by program; of two alike the first.</summary>
    public static IReadOnlyDictionary<string, object> Services { get; } = Yaml.Map(Yaml.Documents(Compose).Single(), "services")
        .Where(pair => Yaml.At(pair.Value, "image") is string image && image.StartsWith("lorafaas/", StringComparison.Ordinal) && pair.Key is not "cli")
        .GroupBy(pair => Yaml.Text(pair.Value, "image")["lorafaas/".Length..].Split(':')[0])
        .ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal);

    private static IEnumerable<string> Under(string folder) =>
        Directory.EnumerateFiles(RepositoryRoot.Of("deploy", folder), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static bool IsKustomization(string path) => Path.GetFileName(path) == "kustomization.yaml";
}
