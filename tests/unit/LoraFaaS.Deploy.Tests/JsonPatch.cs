namespace LoraFaaS.Deploy.Tests;

/// <summary>The <c>add</c> and <c>replace</c> of RFC 6902, which kustomizations use, on YAML as maps and lists.</summary>
internal static class JsonPatch
{
    public static void Apply(object document, IEnumerable<object> operations)
    {
        foreach (var operation in operations)
        {
            var path = Yaml.Text(operation, "path").Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToList();
            var parent = path[..^1].Aggregate(document, Child);
            var value = Yaml.At(operation, "value")!;
            Put(parent, path[^1], value, Yaml.Text(operation, "op"));
        }
    }

    private static object Child(object node, string key) => node switch
    {
        List<object> list => list[int.Parse(key)],
        Dictionary<object, object> map when map.TryGetValue(key, out var value) => value,
        _ => throw new KeyNotFoundException($"nothing at {key}"),
    };

    private static void Put(object parent, string key, object value, string operation)
    {
        var map = (Dictionary<object, object>)parent;
        Assert.True(operation == "add" || (operation == "replace" && map.ContainsKey(key)), $"{operation} {key}");
        map[key] = value;
    }
}
