using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace LoraFaaS.Deploy.Tests;

/// <summary>YAML as plain maps, lists and strings; merge keys are resolved.</summary>
internal static class Yaml
{
    public static IReadOnlyList<Dictionary<object, object>> Documents(string path) => Documents(path, new DeserializerBuilder().Build());

    /// <summary>The same with numbers and switches as what they are, to be written again.</summary>
    public static IReadOnlyList<Dictionary<object, object>> Typed(string path) => Documents(path, TypedReader);

    public static IReadOnlyList<object> TypedList(string text) => TypedReader.Deserialize<List<object>>(text);

    public static Dictionary<object, object> TypedMap(string text) => TypedReader.Deserialize<Dictionary<object, object>>(text);

    public static string Json(object document) => new SerializerBuilder().JsonCompatible().Build().Serialize(document);

    private static IDeserializer TypedReader { get; } = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    private static List<Dictionary<object, object>> Documents(string path, IDeserializer reader)
    {
        var parser = new MergingParser(new Parser(new StringReader(File.ReadAllText(path))));
        List<Dictionary<object, object>> documents = [];
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();

        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            documents.Add(reader.Deserialize<Dictionary<object, object>>(parser));
        }

        return documents;
    }

    public static object? At(object? node, params string[] path) =>
        path.Aggregate(node, (current, key) => current is Dictionary<object, object> map && map.TryGetValue(key, out var value) ? value : null);

    public static string Text(object? node, params string[] path) => At(node, path) as string ?? throw new KeyNotFoundException(string.Join('/', path));

    public static IReadOnlyList<object> Items(object? node, params string[] path) => At(node, path) as List<object> ?? [];

    public static Dictionary<object, object> Map(object? node, params string[] path) => At(node, path) as Dictionary<object, object> ?? [];
}
