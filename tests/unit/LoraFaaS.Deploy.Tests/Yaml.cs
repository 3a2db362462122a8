using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace LoraFaaS.Deploy.Tests;

/// <summary>YAML as plain maps, lists and strings; merge keys are resolved.</summary>
internal static class Yaml
{
    public static IReadOnlyList<Dictionary<object, object>> Documents(string path)
    {
        var parser = new MergingParser(new Parser(new StringReader(File.ReadAllText(path))));
        var reader = new DeserializerBuilder().Build();
        List<Dictionary<object, object>> documents = [];
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();

        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            documents.Add(reader.Deserialize<Dictionary<object, object>>(parser));
        }

        return documents;
    }

    public static IReadOnlyList<object> List(string text) => new DeserializerBuilder().Build().Deserialize<List<object>>(text);

    /// <summary>As YAML that is written as JSON: numbers and switches are themselves, what was quoted stays text.</summary>
    public static string Json(object document) => new SerializerBuilder().JsonCompatible().Build().Serialize(document);

    public static object? At(object? node, params string[] path) =>
        path.Aggregate(node, (current, key) => current is Dictionary<object, object> map && map.TryGetValue(key, out var value) ? value : null);

    public static string Text(object? node, params string[] path) => At(node, path) as string ?? throw new KeyNotFoundException(string.Join('/', path));

    public static IReadOnlyList<object> Items(object? node, params string[] path) => At(node, path) as List<object> ?? [];

    public static Dictionary<object, object> Map(object? node, params string[] path) => At(node, path) as Dictionary<object, object> ?? [];
}
