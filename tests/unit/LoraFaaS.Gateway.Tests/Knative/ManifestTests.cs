using LoraFaaS.Gateway.Async;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.TestKit.Files;
using YamlDotNet.RepresentationModel;

namespace LoraFaaS.Gateway.Tests.Knative;

/// <summary>What deploy/knative's service names exists: options of the gateway, mounted files, paths that answer, numbers within bounds.</summary>
public sealed class ManifestTests
{
    private static readonly YamlMappingNode Service = Read(RepositoryRoot.Of("deploy", "knative", "gateway.yaml")).Single();

    [Fact]
    public void Every_variable_is_an_option_of_the_gateway()
    {
        var options = typeof(GatewayOptions).GetProperties().Select(property => "Gateway__" + property.Name)
            .Concat(typeof(AsyncOptions).GetProperties().Select(property => "Gateway__Async__" + property.Name))
            .Concat(typeof(HostingOptions).GetProperties().Select(property => "Host__" + property.Name))
            .Append("Internal__TokenFile")
            .ToHashSet(StringComparer.Ordinal);
        var named = Items(Container(), "env").Select(entry => Text(entry, "name")).ToList();

        Assert.Equal("serving.knative.dev/v1/Service", $"{Text(Service, "apiVersion")}/{Text(Service, "kind")}");
        Assert.All(named, name => Assert.Contains(name, options));
        Assert.All(["Gateway__PasswordFile", "Internal__TokenFile", "Gateway__ControllerHttpUrl", "Gateway__ControllerRpcUrl"], needed => Assert.Contains(needed, named));

        // It listens where Knative's PORT says.
        Assert.DoesNotContain("Host__HttpUrl", named);
    }

    [Fact]
    public void Every_file_is_mounted_from_the_secret()
    {
        var pods = Map(Service, "spec", "template", "spec");
        var mount = Items(Container(), "volumeMounts").Single(mount => Text(mount, "name") == "secrets");
        var volume = Items(pods, "volumes").Single(volume => Text(volume, "name") == Text(mount, "name"));
        var files = Items(Map(volume, "secret"), "items").Select(item => $"{Text(mount, "mountPath")}/{Text(item, "path")}").ToList();

        Assert.NotEmpty(Text(volume, "secret", "secretName"));
        Assert.Contains(Variables()["Gateway__PasswordFile"], files);
        Assert.Contains(Variables()["Internal__TokenFile"], files);
        Assert.Contains(Variables()["Gateway__Async__CallbackSecretFile"], files);
    }

    [Fact]
    public async Task The_readiness_path_answers()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var path = Text(Container(), "readinessProbe", "httpGet", "path");

        Assert.Equal(200, (int)(await gateway.Http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public void Numbers_are_within_Knatives_bounds_and_the_drain_within_the_grace()
    {
        var pods = Map(Service, "spec", "template", "spec");
        var grace = TimeSpan.FromSeconds(int.Parse(Text(pods, "timeoutSeconds")));

        Assert.InRange(grace, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(600));
        Assert.InRange(int.Parse(Text(pods, "containerConcurrency")), 0, 1_000);
        Assert.True(TimeSpan.Parse(Variables()["Host__ShutdownTimeout"]) + TimeSpan.Parse(Variables()["Gateway__DrainDelay"]) < grace);
        Assert.Equal("http1", Text(Items(Container(), "ports").Single(), "name"));
    }

    private static Dictionary<string, string> Variables() => Items(Container(), "env").Where(entry => entry.Children.ContainsKey("value")).ToDictionary(entry => Text(entry, "name"), entry => Text(entry, "value"));

    private static YamlMappingNode Container() => Items(Map(Service, "spec", "template", "spec"), "containers").Single();

    private static IEnumerable<YamlMappingNode> Read(string path)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(path)));
        return yaml.Documents.Select(document => (YamlMappingNode)document.RootNode);
    }

    private static YamlNode Node(YamlNode node, params string[] path) => path.Aggregate(node, (current, key) => current[key]);

    private static YamlMappingNode Map(YamlNode node, params string[] path) => (YamlMappingNode)Node(node, path);

    private static string Text(YamlNode node, params string[] path) => ((YamlScalarNode)Node(node, path)).Value!;

    private static IEnumerable<YamlMappingNode> Items(YamlNode node, string key) => ((YamlSequenceNode)node[key]).Children.Cast<YamlMappingNode>();
}
