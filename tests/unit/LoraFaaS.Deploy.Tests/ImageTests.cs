using System.Text.RegularExpressions;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Deploy.Tests;

/// <summary>The Dockerfiles, the compose file that builds by them, and the manifests that name their images.</summary>
public sealed class ImageTests
{
    public static TheoryData<string> Programs => [.. DeployFiles.Services.Keys];

    [Theory, MemberData(nameof(Programs))]
    public void A_programs_image_publishes_it_and_asks_its_health(string program)
    {
        var service = DeployFiles.Services[program];
        var file = RepositoryRoot.Of(Yaml.Text(service, "build", "dockerfile"));
        var text = File.ReadAllText(file);
        var check = string.Join(", ", Yaml.Items(service, "healthcheck", "test").Skip(1).Select(word => $"\"{word}\""));
        var assembly = Regex.Match(check, @"LoraFaaS\.\w+\.dll").Value;

        Assert.Contains($"publish.sh {program} /app", text, StringComparison.Ordinal);
        Assert.Contains($"CMD [{check}]", text, StringComparison.Ordinal);
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{assembly}\"]", text, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.EnumerateFiles(RepositoryRoot.Of(), Path.ChangeExtension(assembly, ".csproj"), SearchOption.AllDirectories));
        Assert.Contains("USER $APP_UID", text, StringComparison.Ordinal);

        var exposed = Regex.Match(text, "^EXPOSE (.*)$", RegexOptions.Multiline).Groups[1].Value.Split(' ');
        var ports = Yaml.Items(DeployFiles.Pods[program].Container, "ports").Select(port => Yaml.Text(port, "containerPort"));
        Assert.Equal(exposed.Order(StringComparer.Ordinal), ports.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Programs))]
    public void Nothing_runs_with_rights_that_it_does_not_need(string program)
    {
        var service = DeployFiles.Services[program];
        Assert.Equal("true", Yaml.Text(service, "read_only"));
        Assert.Contains("ALL", Yaml.Items(service, "cap_drop"));

        var (pod, container) = DeployFiles.Pods[program];
        Assert.Equal("true", Yaml.Text(pod, "securityContext", "runAsNonRoot"));
        Assert.Equal("true", Yaml.Text(container, "securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("false", Yaml.Text(container, "securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("/healthz", Yaml.Text(container, "readinessProbe", "httpGet", "path"));
    }

    [Fact]
    public void Every_file_of_a_kustomization_is_there_and_every_manifest_belongs_to_one()
    {
        HashSet<string> named = new(StringComparer.Ordinal);

        foreach (var kustomization in DeployFiles.Kustomizations)
        {
            var folder = Path.GetDirectoryName(kustomization)!;
            var document = Yaml.Documents(kustomization).Single();
            var files = Yaml.Items(document, "resources").Cast<string>()
                .Concat(Yaml.Items(document, "configMapGenerator").SelectMany(map => Yaml.Items(map, "files")).Cast<string>())
                .Select(file => Path.GetFullPath(Path.Combine(folder, file)))
                .ToList();

            Assert.All(files, file => Assert.True(File.Exists(file) || File.Exists(Path.Combine(file, "kustomization.yaml")), file));
            named.UnionWith(files);
        }

        Assert.All(DeployFiles.Manifests.Where(path => !path.Contains("/knative/", StringComparison.Ordinal)), path => Assert.Contains(path, named));
    }
}
