using System.Text.RegularExpressions;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Deploy.Tests;

/// <summary>The Dockerfiles, the compose file that builds by them, and the manifests that name their images.</summary>
public sealed class ImageTests
{
    public static TheoryData<string> Programs => [.. DeployFiles.Services.Keys];

    public static TheoryData<string> Images => [.. DeployFiles.Services.Keys, "cli"];

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

    /// <summary>No engine builds them here, so each step is held against what it works on: what is copied is in the context, what is run is a script, and what it makes is what the image takes.</summary>
    [Theory, MemberData(nameof(Images))]
    public void Each_step_of_a_dockerfile_finds_what_it_needs(string program)
    {
        var steps = File.ReadAllLines(RepositoryRoot.Of("deploy", "docker", program + ".Dockerfile"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2)).Select(line => (Verb: line[0], Words: line[1])).ToList();
        var (build, image) = (steps.TakeWhile((step, i) => i == 0 || step.Verb != "FROM").ToList(), steps.Skip(1).SkipWhile(step => step.Verb != "FROM").ToList());
        var run = Assert.Single(build, step => step.Verb == "RUN").Words;
        var made = Regex.Matches(run, @"(?<=publish\.sh \w+ |mkdir -m 1777 )/\w+").Select(match => match.Value).ToHashSet(StringComparer.Ordinal);

        Assert.EndsWith(" AS build", build[0].Words, StringComparison.Ordinal);
        Assert.Equal(". .", Assert.Single(build, step => step.Verb == "COPY").Words);
        Assert.StartsWith("mcr.microsoft.com/dotnet/", image[0].Words, StringComparison.Ordinal);
        Assert.EndsWith("-chiseled", image[0].Words, StringComparison.Ordinal);
        Assert.All(image.Where(step => step.Verb == "COPY"), step => Assert.Contains(Regex.Match(step.Words, @"^--from=build (/\w+) (?:/\w+|\.)$").Groups[1].Value, made));
        Assert.All(image, step => Assert.Contains(step.Verb, (string[])["FROM", "WORKDIR", "COPY", "VOLUME", "USER", "EXPOSE", "HEALTHCHECK", "ENV", "ENTRYPOINT"]));

        // What is published, and every script on the way, is in the context: .dockerignore leaves it there.
        var ignored = File.ReadAllLines(RepositoryRoot.Of(".dockerignore")).Where(line => line.EndsWith('/') && !line.StartsWith("**/", StringComparison.Ordinal)).ToList();
        var script = File.ReadAllText(RepositoryRoot.Of("deploy", "docker", "publish.sh"));
        var projects = Regex.Match(script, $@"^  {program}\) projects=\((.*?)\)", RegexOptions.Multiline).Groups[1].Value.Split(' ');
        var needed = projects.SelectMany(ReferencesOf).Append("deploy/docker/publish.sh").Append("deploy/dotnet.sh").Append("Directory.Build.props").Append("Directory.Packages.props");
        Assert.All(needed, path =>
        {
            Assert.True(File.Exists(RepositoryRoot.Of(path)) || Directory.Exists(RepositoryRoot.Of(path)), path);
            Assert.DoesNotContain(ignored, folder => (path + "/").StartsWith(folder, StringComparison.Ordinal));
        });
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

        Assert.All(DeployFiles.Manifests, path => Assert.Contains(path, named));
    }

    /// <summary>A project's folder, and those of all that it refers to.</summary>
    private static IEnumerable<string> ReferencesOf(string folder) =>
        Regex.Matches(File.ReadAllText(RepositoryRoot.Of(folder, Path.GetFileName(folder) + ".csproj")), @"ProjectReference Include=""\$\(RepoRoot\)/([^""]+)/[^""/]+\.csproj""")
            .SelectMany(match => ReferencesOf(match.Groups[1].Value)).Prepend(folder).Distinct();
}
