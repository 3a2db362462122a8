using System.Globalization;
using System.Text.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Json;

/// <summary>
/// One JSON object read field by field; whatever is missing, mistyped or out of range is refused with the field's full path.
/// A null counts as absent: Hugging Face writes every unset option as null.
/// </summary>
internal readonly record struct JsonFields(JsonElement Element, string File, string Prefix)
{
    public string PathOf(string name) => Prefix.Length == 0 ? name : $"{Prefix}.{name}";

    public bool Has(string name) => Find(name) is not null;

    public JsonElement? Find(string name) =>
        Element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    public JsonElement Get(string name) => Find(name) ?? throw Missing(name);

    public int Int32(string name, int min, int max) => Int32OrNull(name, min, max) ?? throw Missing(name);

    public int? Int32OrNull(string name, int min, int max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return ToInt32(value, PathOf(name), min, max);
    }

    public double Number(string name, double min, double max) => NumberOrNull(name, min, max) ?? throw Missing(name);

    public double? NumberOrNull(string name, double min, double max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return ToNumber(value, PathOf(name), min, max);
    }

    public bool Flag(string name, bool otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new RefusedException(PathOf(name), "must be true or false"),
    };

    public string Text(string name) => TextOrNull(name) ?? throw Missing(name);

    public string? TextOrNull(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => JsonText.TextOf(value, PathOf(name)),
        _ => throw new RefusedException(PathOf(name), "must be a string"),
    };

    public JsonFields? ObjectOrNull(string name) => Find(name) is { } value ? AsObject(value, PathOf(name)) : null;

    public JsonFields Object(string name) => ObjectOrNull(name) ?? throw Missing(name);

    public JsonFields AsObject(JsonElement element, string path) => element.ValueKind is JsonValueKind.Object
        ? new JsonFields(element, File, path)
        : throw new RefusedException(path, "must be an object");

    /// <summary>The items of a list, each with its path; empty when absent.</summary>
    public IEnumerable<(JsonElement Element, string Path)> Items(string name)
    {
        if (Find(name) is not { } list)
        {
            yield break;
        }

        if (list.ValueKind is not JsonValueKind.Array)
        {
            throw new RefusedException(PathOf(name), "must be a list");
        }

        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            yield return (item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{index++}]"));
        }
    }

    /// <summary>The fields of an object used as a dictionary; empty when absent.</summary>
    public IEnumerable<(string Name, JsonElement Element, string Path)> Entries(string name)
    {
        if (Find(name) is not { } map)
        {
            yield break;
        }

        foreach (var entry in AsObject(map, PathOf(name)).Entries())
        {
            yield return entry;
        }
    }

    public IEnumerable<(string Name, JsonElement Element, string Path)> Entries()
    {
        foreach (var property in Element.EnumerateObject())
        {
            var name = JsonText.NameOf(property, Prefix.Length == 0 ? File : Prefix);
            yield return (name, property.Value, PathOf(name));
        }
    }

    public static int ToInt32(JsonElement value, string path, int min, int max)
    {
        // Some writers give whole numbers as 32.0.
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDouble(out var number) || number != Math.Floor(number))
        {
            throw new RefusedException(path, "must be a whole number");
        }

        return number >= min && number <= max
            ? (int)number
            : throw new RefusedException(path, string.Create(CultureInfo.InvariantCulture, $"must be between {min} and {max}, and is {number}"));
    }

    public static double ToNumber(JsonElement value, string path, double min, double max)
    {
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            throw new RefusedException(path, "must be a finite number");
        }

        return number >= min && number <= max
            ? number
            : throw new RefusedException(path, string.Create(CultureInfo.InvariantCulture, $"must be between {min} and {max}, and is {number}"));
    }

    private RefusedException Missing(string name) => new(PathOf(name), $"is missing in {File}");
}
