using System.Reflection;
using LoraFaaS.Console;
using LoraFaaS.Controller;
using LoraFaaS.Gateway;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.Storage;
using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Deploy.Tests;

/// <summary>Every variable that a container is given is an option of its program, and compose file and manifests give the same ones.</summary>
public sealed class VariableTests
{
    private static readonly Assembly[] Programs =
        [typeof(GatewayOptions).Assembly, typeof(ControllerOptions).Assembly, typeof(StorageOptions).Assembly, typeof(WorkerOptions).Assembly, typeof(ConsoleOptions).Assembly, typeof(HostingOptions).Assembly];

    private static readonly IReadOnlySet<string> Options = Programs.SelectMany(assembly => assembly.GetTypes())
        .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string))
        .Where(options => options.Section is not null)
        .SelectMany(options => options.Type.GetProperties().Select(property => $"{options.Section}:{property.Name}".Replace(":", "__", StringComparison.Ordinal)))
        .ToHashSet(StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. DeployFiles.Services.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Of_the_compose_file(string program) => Assert.All(Compose(program), name => Assert.Contains(name, Options));

    [Theory, MemberData(nameof(Names))]
    public void Of_the_manifests(string program)
    {
        Assert.All(Kubernetes(program), name => Assert.Contains(name, Options));

        // What the system test runs with is what a cluster runs with.
        Assert.Equal(Compose(program).Append("Host__AdvertiseHost").Distinct().Order(StringComparer.Ordinal),
            Kubernetes(program).Append("Host__AdvertiseHost").Distinct().Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Names))]
    public void Named_files_are_among_the_secrets_that_the_container_has(string program)
    {
        var secrets = Yaml.Items(DeployFiles.Services[program], "secrets").Cast<string>().ToHashSet(StringComparer.Ordinal);
        var named = Files(Yaml.Map(DeployFiles.Services[program], "environment").Values.Cast<string>());
        Assert.Equal(secrets.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));

        var (pod, container) = DeployFiles.Pods[program];
        var mounted = Yaml.Items(pod, "volumes").SelectMany(volume => Yaml.Items(volume, "secret", "items")).Select(item => Yaml.Text(item, "path"));
        Assert.Equal(secrets.Order(StringComparer.Ordinal), mounted.Order(StringComparer.Ordinal));
        Assert.Contains(Yaml.Items(container, "volumeMounts"), mount => Yaml.Text(mount, "mountPath") == "/run/secrets");
        Assert.All(
            Yaml.Items(container, "volumeMounts").Select(mount => Yaml.Text(mount, "name")),
            name => Assert.Contains(name, Volumes(pod)));
    }

    [Fact]
    public void A_drain_fits_into_the_grace_time()
    {
        var (pod, container) = DeployFiles.Pods["gateway"];
        var values = Yaml.Items(container, "env").Where(entry => Yaml.At(entry, "value") is not null).ToDictionary(entry => Yaml.Text(entry, "name"), entry => Yaml.Text(entry, "value"));
        var grace = TimeSpan.FromSeconds(int.Parse(Yaml.Text(pod, "terminationGracePeriodSeconds")));
        Assert.True(TimeSpan.Parse(values["Gateway__DrainDelay"]) + TimeSpan.Parse(values["Host__ShutdownTimeout"]) < grace);
    }

    private static IEnumerable<string> Volumes(object pod) => Yaml.Items(pod, "volumes").Select(volume => Yaml.Text(volume, "name"))
        .Append("data"); // a claim template of the worker's

    private static IEnumerable<string> Files(IEnumerable<string> values) => values
        .SelectMany(value => value.Split(';', '='))
        .Where(value => value.StartsWith("/run/secrets/", StringComparison.Ordinal))
        .Select(value => value["/run/secrets/".Length..])
        .Distinct();

    private static IEnumerable<string> Compose(string program) => Yaml.Map(DeployFiles.Services[program], "environment").Keys.Cast<string>();

    private static IEnumerable<string> Kubernetes(string program)
    {
        var container = DeployFiles.Pods[program].Container;
        var maps = DeployFiles.Manifests.Where(path => path.EndsWith("base/config.yaml", StringComparison.Ordinal)).SelectMany(Yaml.Documents)
            .ToDictionary(map => Yaml.Text(map, "metadata", "name"), map => Yaml.Map(map, "data").Keys.Cast<string>().ToList());
        var whole = Yaml.Items(container, "envFrom").SelectMany(from => maps[Yaml.Text(from, "configMapRef", "name")]);

        return Yaml.Items(container, "env").Select(Variable).Concat(whole);

        string Variable(object entry)
        {
            if (Yaml.At(entry, "valueFrom", "configMapKeyRef") is { } reference)
            {
                Assert.Contains(Yaml.Text(reference, "key"), maps[Yaml.Text(reference, "name")]);
            }

            return Yaml.Text(entry, "name");
        }
    }
}
