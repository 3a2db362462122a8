using System.Text.RegularExpressions;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Deploy.Tests;

/// <summary>What a manifest names elsewhere, by label, port, address or key, is there: no schema sees that, and a cluster says it late.</summary>
public sealed partial class ReferenceTests
{
    private const string NameLabel = "app.kubernetes.io/name";

    private static readonly IReadOnlyList<Dictionary<object, object>> Documents = [.. DeployFiles.Manifests.SelectMany(Yaml.Documents)];

    /// <summary>Each kind of pod, by its label: its containers' ports by name and number.</summary>
    private static readonly ILookup<string, (string Name, string Port)> Pods = Documents
        .Where(document => Yaml.At(document, "spec", "template", "spec", "containers") is not null)
        .SelectMany(document => Yaml.Items(document, "spec", "template", "spec", "containers").SelectMany(container => Yaml.Items(container, "ports"))
            .Select(port => (Label: Yaml.Text(document, "spec", "template", "metadata", "labels", NameLabel), Port: (Yaml.Text(port, "name"), Yaml.Text(port, "containerPort")))))
        .ToLookup(pod => pod.Label, pod => pod.Port, StringComparer.Ordinal);

    private static readonly IReadOnlyDictionary<string, Dictionary<object, object>> Services = Documents
        .Where(document => Yaml.Text(document, "kind") == "Service" && Yaml.Text(document, "apiVersion") == "v1")
        .ToDictionary(document => Yaml.Text(document, "metadata", "name"), StringComparer.Ordinal);

    [Fact]
    public void Every_selector_finds_pods()
    {
        var selected = Documents.SelectMany(LabelsOf).ToList();
        Assert.True(selected.Count > 25, $"only {selected.Count} selectors were found");

        // Prometheus is the cluster's own.
        Assert.All(selected.Where(label => label != "prometheus"), label => Assert.Contains(label, Pods.Select(pod => pod.Key)));
    }

    [Fact]
    public void A_service_leads_to_a_port_of_its_pods_and_probes_ask_one()
    {
        Assert.All(Services.Values, service =>
        {
            var pod = Pods[Yaml.Text(service, "spec", "selector", NameLabel)].ToList();
            Assert.All(Yaml.Items(service, "spec", "ports"), port => Assert.Contains(Yaml.Text(port, "targetPort"), pod.Select(one => one.Name)));
        });

        foreach (var container in Documents.SelectMany(document => Yaml.Items(document, "spec", "template", "spec", "containers")))
        {
            var ports = Yaml.Items(container, "ports").SelectMany(port => new[] { Yaml.Text(port, "name"), Yaml.Text(port, "containerPort") }).ToList();
            var asked = new[] { "startupProbe", "readinessProbe", "livenessProbe" }.SelectMany(probe => new[] { Yaml.At(container, probe, "httpGet", "port"), Yaml.At(container, probe, "tcpSocket", "port") }).OfType<string>();
            Assert.All(asked, port => Assert.Contains(port, ports));
        }
    }

    [Fact]
    public void An_address_is_that_of_a_service_and_of_a_port_it_has()
    {
        var values = Documents.SelectMany(document => Yaml.Map(document, "data").Values.OfType<string>().Concat(
            Yaml.Items(document, "spec", "template", "spec", "containers").SelectMany(container => Yaml.Items(container, "env")).Select(entry => Yaml.At(entry, "value") as string ?? "")));
        var addresses = values.SelectMany(value => AddressPattern().Matches(value)).Where(match => match.Groups["host"].Value != "0.0.0.0").ToList();
        Assert.True(addresses.Count >= 6, $"only {addresses.Count} addresses were found");

        Assert.All(addresses, match =>
        {
            var port = match.Groups["port"] is { Success: true, Value: var given } ? given : "80";
            Assert.Contains(match.Groups["host"].Value, Services.Keys);
            Assert.Contains(port, Yaml.Items(Services[match.Groups["host"].Value], "spec", "ports").Select(one => Yaml.Text(one, "port")));
        });
    }

    [Fact]
    public void The_compose_files_addresses_are_services_of_it_on_the_ports_they_listen_on()
    {
        var compose = Yaml.Documents(DeployFiles.Compose).Single();
        var services = Yaml.Map(compose, "services").ToDictionary(pair => (string)pair.Key, pair => pair.Value, StringComparer.Ordinal);
        var addresses = services.Values.SelectMany(service => Yaml.Map(service, "environment").Values.OfType<string>()).SelectMany(value => AddressPattern().Matches(value))
            .Where(match => match.Groups["host"].Value != "0.0.0.0").ToList();
        Assert.True(addresses.Count > 10, $"only {addresses.Count} addresses were found");

        Assert.All(addresses, match =>
        {
            var service = services[match.Groups["host"].Value];
            var listens = Yaml.Map(service, "environment").Values.OfType<string>().SelectMany(value => AddressPattern().Matches(value))
                .Where(own => own.Groups["host"].Value == "0.0.0.0").Select(own => own.Groups["port"].Value).ToList();
            Assert.True(listens.Count == 0 || listens.Contains(match.Groups["port"].Value), match.Value);
        });
    }

    [Fact]
    public void Every_key_of_the_secret_is_made_by_the_script()
    {
        var script = File.ReadAllText(RepositoryRoot.Of("deploy", "docker", "secrets.sh"));
        var made = Regex.Match(script, "for name in (.*); do").Groups[1].Value.Split(' ').Concat(["pgpass", "host-certificate", "host-key", "host-authority"]).ToList();
        var asked = Documents.SelectMany(document => Yaml.Items(document, "spec", "template", "spec", "volumes")).SelectMany(volume => Yaml.Items(volume, "secret", "items"))
            .Select(item => Yaml.Text(item, "key"))
            .Concat(Documents.SelectMany(document => Yaml.Items(document, "spec", "endpoints")).Select(endpoint => Yaml.Text(endpoint, "authorization", "credentials", "key")))
            .Concat(Yaml.Map(Yaml.Documents(DeployFiles.Compose).Single(), "secrets").Keys.Cast<string>())
            .ToList();

        Assert.All(asked, key => Assert.Contains(key, made));
        Assert.Equal(made.Count, asked.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_knative_service_is_told_what_the_deployment_that_it_stands_for_is_told()
    {
        var service = Documents.Single(document => Yaml.Text(document, "apiVersion").StartsWith("serving.knative.dev/", StringComparison.Ordinal));
        var told = Names(Yaml.Items(service, "spec", "template", "spec", "containers").Single());

        // Where it listens is Knative's to say, and each function has a host of its own.
        Assert.Equal(Names(DeployFiles.Pods["gateway"].Container).Where(name => name != "Host__HttpUrl").Append("Gateway__Domain").Order(StringComparer.Ordinal), told);
    }

    private static IEnumerable<string> Names(object container) => Yaml.Items(container, "env").Select(entry => Yaml.Text(entry, "name")).Order(StringComparer.Ordinal);

    /// <summary>The values of our label wherever a document selects by it.</summary>
    private static IEnumerable<string> LabelsOf(object node) => node switch
    {
        Dictionary<object, object> map => map.SelectMany(pair => (pair.Key, pair.Value) switch
        {
            ("matchLabels" or "selector", Dictionary<object, object> labels) when Yaml.At(labels, NameLabel) is string label => [label],
            ("matchExpressions", List<object> expressions) => expressions.Where(one => Yaml.Text(one, "key") == NameLabel).SelectMany(one => Yaml.Items(one, "values").Cast<string>()),
            ("scaleTargetRef", Dictionary<object, object> target) => [Yaml.Text(target, "name")],
            (_, var value) => LabelsOf(value),
        }),
        List<object> list => list.SelectMany(LabelsOf),
        _ => [],
    };

    [GeneratedRegex(@"(?:https?://|Host=|^)(?<host>[a-z][a-z0-9.-]*|0\.0\.0\.0)(?:;Port=|:)(?<port>\d+)|https?://(?<host>[a-z][a-z0-9.-]*)(?=$|,)")]
    private static partial Regex AddressPattern();
}
