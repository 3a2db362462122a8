using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Deploy.Tests;

/// <summary>Compose file and manifests against the published schemas. Each check is also shown a mistake, so that it is known to find one.</summary>
public sealed class SchemaTests
{
    [Fact]
    public async Task The_compose_file_is_one() => Assert.Contains("0 faults", await CheckAsync(0, "compose.mjs", DeployFiles.Compose), StringComparison.Ordinal);

    [Fact]
    public async Task A_misspelt_word_of_the_compose_file_is_found()
    {
        using var folder = new TempFolder();
        var copy = folder.File("docker-compose.yml");
        await File.WriteAllTextAsync(copy, (await File.ReadAllTextAsync(DeployFiles.Compose, Stop)).Replace("healthcheck:", "healtcheck:", StringComparison.Ordinal), Stop);

        Assert.Contains("healtcheck", await CheckAsync(1, "compose.mjs", copy), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_manifest_is_one()
    {
        Assert.True(DeployFiles.Manifests.Count >= 10);
        Assert.Contains(" 0 faults", await CheckAsync(0, "manifests.mjs", [.. DeployFiles.Manifests]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Misspelt_fields_and_wrong_types_of_manifests_are_found()
    {
        using var folder = new TempFolder();
        var copy = folder.File("gateway.yaml");
        var text = await File.ReadAllTextAsync(RepositoryRoot.Of("deploy", "kubernetes", "base", "gateway.yaml"), Stop);
        await File.WriteAllTextAsync(
            copy, text.Replace("readinessProbe:", "readynessProbe:", StringComparison.Ordinal).Replace("minReplicas: 2", "minReplicas: two", StringComparison.Ordinal), Stop);

        var faults = await CheckAsync(1, "manifests.mjs", copy);
        Assert.Contains("readynessProbe", faults, StringComparison.Ordinal);
        Assert.Contains("minReplicas", faults, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patch_finds_what_it_changes_and_leaves_a_manifest_that_is_one()
    {
        using var folder = new TempFolder();
        var patched = new List<string>();

        foreach (var patch in DeployFiles.Kustomizations.SelectMany(path => Yaml.Items(Yaml.Documents(path).Single(), "patches")))
        {
            // One without a target takes away what it names.
            var target = Yaml.At(patch, "target") ?? Yaml.TypedMap(Yaml.Text(patch, "patch"));
            var (kind, name) = (Yaml.Text(target, "kind"), Yaml.At(target, "name") as string ?? Yaml.Text(target, "metadata", "name"));
            var document = Assert.Single(DeployFiles.Manifests.SelectMany(Yaml.Typed), one => IsOf(one, target) && Yaml.Text(one, "kind") == kind && Yaml.Text(one, "metadata", "name") == name);

            if (Yaml.At(target, "$patch") is "delete")
            {
                continue;
            }

            JsonPatch.Apply(document, Yaml.TypedList(Yaml.Text(patch, "patch")));
            patched.Add(folder.File($"{kind}-{name}-{patched.Count}.json"));
            await File.WriteAllTextAsync(patched[^1], Yaml.Json(document), Stop);
        }

        Assert.Contains("nvidia.com/gpu", string.Concat(patched.Select(File.ReadAllText)), StringComparison.Ordinal);
        Assert.Contains(" 0 faults", await CheckAsync(0, "manifests.mjs", [.. patched]), StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A target says group and version apart, an object in one; the core's objects have no group.</summary>
    private static bool IsOf(object document, object target) =>
        Yaml.Text(document, "apiVersion") == (Yaml.At(target, "apiVersion") as string ?? string.Join('/', new[] { Yaml.At(target, "group") as string, Yaml.Text(target, "version") }.OfType<string>()));

    private static async Task<string> CheckAsync(int expected, string script, params string[] files)
    {
        var folder = await NodeFolder.InstallAsync("tests/unit/LoraFaaS.Deploy.Tests/js");
        await using var node = ChildProcess.Start("node", [script, .. files], folder);
        node.CloseInput();
        var code = await node.Exited.WaitAsync(Patience.StartLimit, Stop);
        Assert.True(code == expected, node.Tail());
        return string.Join('\n', node.Output);
    }
}
