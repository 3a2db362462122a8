using System.Globalization;
using LoraFaaS.Cli.Output;
using YamlDotNet.RepresentationModel;

namespace LoraFaaS.Cli.Stack;

/// <summary>A YAML mapping read by key, with faults that name file, line and path of the key.</summary>
internal sealed class YamlMap(string file, string path, YamlMappingNode node)
{
    public void RefuseUnknown(params ReadOnlySpan<string> known)
    {
        foreach (var (key, _) in node.Children)
        {
            var name = KeyOf(key);

            if (!known.Contains(name))
            {
                throw FaultAt(key, name, $"is not a known key{DidYouMean(name, known)}");
            }
        }
    }

    public string? Text(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw FaultAt(other, key, "must be a text"),
    };

    public bool Flag(string key) => Text(key) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw Fault(key, $"must be true or false, not {other}"),
    };

    public YamlMap? Map(string key) => Find(key) switch
    {
        null => null,
        YamlMappingNode mapping => new YamlMap(file, Join(key), mapping),
        YamlScalarNode { Value: null or "" } => null,
        var other => throw FaultAt(other, key, "must be a mapping"),
    };

    public IReadOnlyList<string>? Texts(string key) => Find(key) switch
    {
        null => null,
        YamlSequenceNode sequence => [.. sequence.Children.Select(child => Scalar(child, key))],
        var other => throw FaultAt(other, key, "must be a list"),
    };

    /// <summary>A list of mappings.</summary>
    public IReadOnlyList<YamlMap>? Maps(string key) => Find(key) switch
    {
        null or YamlScalarNode { Value: null or "" } => null,
        YamlSequenceNode sequence =>
        [
            .. sequence.Children.Select((child, index) => child is YamlMappingNode mapping
                ? new YamlMap(file, $"{Join(key)}[{index}]", mapping)
                : throw FaultAt(child, $"{key}[{index}]", "must be a mapping")),
        ],
        var other => throw FaultAt(other, key, "must be a list"),
    };

    public bool Has(string key) => Find(key) is not null;

    /// <summary>A whole number within bounds, both included.</summary>
    public int? Number(string key, int least, int most)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Fault(key, $"must be a whole number from {least} to {most}, not {text}");
    }

    public Dictionary<string, string>? TextMap(string key)
    {
        if (Map(key) is not { } map)
        {
            return null;
        }

        return map.Pairs().ToDictionary(pair => pair.Key, pair => Scalar(pair.Value, pair.Key), StringComparer.Ordinal);
    }

    public IEnumerable<(string Key, YamlMap Map)> Children()
    {
        foreach (var (key, value) in Pairs())
        {
            yield return value is YamlMappingNode mapping
                ? (key, new YamlMap(file, Join(key), mapping))
                : throw FaultAt(value, key, "must be a mapping");
        }
    }

    public StackException Fault(string key, string what) => FaultAt(Find(key) ?? node, key, what);

    private IEnumerable<KeyValuePair<string, YamlNode>> Pairs() =>
        node.Children.Select(pair => new KeyValuePair<string, YamlNode>(KeyOf(pair.Key), pair.Value));

    private YamlNode? Find(string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    private string KeyOf(YamlNode key) =>
        key is YamlScalarNode scalar ? scalar.Value ?? "" : throw new StackException($"{file}:{key.Start.Line}: a key must be a text");

    private string Scalar(YamlNode child, string key) =>
        child is YamlScalarNode scalar ? scalar.Value ?? "" : throw FaultAt(child, key, "must be a text");

    private string Join(string key) => path.Length == 0 ? key : $"{path}.{key}";

    private StackException FaultAt(YamlNode at, string key, string what) => new($"{file}:{at.Start.Line}: {Join(key)} {what}");

    private static string DidYouMean(string typed, ReadOnlySpan<string> known) => Spelling.Nearest(typed, known) is { } near ? $"; did you mean {near}?" : "";
}
