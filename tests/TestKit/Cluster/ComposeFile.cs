using LoraFaaS.TestKit.Files;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace LoraFaaS.TestKit.Cluster;

/// <summary>The services of the compose file, as far as they say how our own programs are started.</summary>
public static class ComposeFile
{
    public static IReadOnlyDictionary<string, ComposeService> Read()
    {
        using var text = new StreamReader(RepositoryRoot.Of("docker-compose.yml"));
        var file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(new MergingParser(new Parser(text)));

        return Map(file["services"]).ToDictionary(pair => pair.Key, pair => Service(pair.Key, Map(pair.Value)), StringComparer.Ordinal);
    }

    private static ComposeService Service(string name, Dictionary<string, object> service) => new(
        name,
        service.GetValueOrDefault("image") as string ?? "",
        service.TryGetValue("environment", out var environment)
            ? Map(environment).ToDictionary(pair => pair.Key, pair => Default((string)pair.Value), StringComparer.Ordinal)
            : [],
        service.TryGetValue("secrets", out var secrets) ? [.. ((List<object>)secrets).Cast<string>()] : [],
        service.TryGetValue("volumes", out var volumes) ? [.. ((List<object>)volumes).Cast<string>().Select(Default)] : [],
        service.TryGetValue("healthcheck", out var check) ? [.. ((List<object>)Map(check)["test"]).Cast<string>()] : []);

    /// <summary><c>${NAME:-default}</c> as it is without the variable.</summary>
    private static string Default(string value) =>
        System.Text.RegularExpressions.Regex.Replace(value, @"\$\{[A-Z_]+:-([^}]*)\}", match => match.Groups[1].Value);

    private static Dictionary<string, object> Map(object node) =>
        ((Dictionary<object, object>)node).ToDictionary(pair => (string)pair.Key, pair => pair.Value, StringComparer.Ordinal);
}
