using System.Text.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>A schema and where it stands in the document (a JSON pointer), which names it in refusals and is its identity.</summary>
/// <param name="Path">The pointer.</param>
/// <param name="Element">The schema.</param>
/// <param name="Resource">What its references start from.</param>
internal sealed record SchemaPlace(string Path, JsonElement Element, SchemaResource Resource)
{
    public bool IsObject => Element.ValueKind is JsonValueKind.Object;

    /// <summary>The schema <c>false</c>.</summary>
    public bool ForbidsAll => Element.ValueKind is JsonValueKind.False;

    public JsonElement? Find(string keyword) => IsObject && Element.TryGetProperty(keyword, out var value) ? value : null;

    /// <summary>The schema under a keyword; null when absent.</summary>
    public SchemaPlace? Child(string keyword) => Find(keyword) is { } element ? Below(keyword, element) : null;

    /// <summary>The schemas of a keyword's list.</summary>
    public IReadOnlyList<SchemaPlace>? Children(string keyword)
    {
        if (Find(keyword) is not { } list)
        {
            return null;
        }

        if (list.ValueKind is not JsonValueKind.Array)
        {
            throw Refuse($"{keyword} must be a list");
        }

        return [.. list.EnumerateArray().Select((element, index) => Below(FormattableString.Invariant($"{keyword}/{index}"), element))];
    }

    /// <summary>The named schemas of a keyword, in their order.</summary>
    public IEnumerable<(string Name, SchemaPlace Schema)> Named(string keyword)
    {
        if (Find(keyword) is not { } map)
        {
            return [];
        }

        if (map.ValueKind is not JsonValueKind.Object)
        {
            throw Refuse($"{keyword} must be an object");
        }

        return map.EnumerateObject().Select(property => (property.Name, Below($"{keyword}/{JsonPointer.Escape(property.Name)}", property.Value)));
    }

    public IEnumerable<string> Texts(string keyword)
    {
        if (Find(keyword) is not { } list)
        {
            return [];
        }

        return list.ValueKind is JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String)
            ? list.EnumerateArray().Select(item => item.GetString()!)
            : throw Refuse($"{keyword} must be a list of strings");
    }

    public string? Text(string keyword) => Find(keyword) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw Refuse($"{keyword} must be a string"),
    };

    public decimal? Number(string keyword) => Find(keyword) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out var value) && Math.Abs(value) < 1e18m => value,
        _ => throw Refuse($"{keyword} must be a number of less than 18 digits"),
    };

    public int? Count(string keyword) => Number(keyword) switch
    {
        null => null,
        >= 0 and var value when value == decimal.Truncate(value) => (int)Math.Min(value, int.MaxValue),
        _ => throw Refuse($"{keyword} must be a whole number of 0 or more"),
    };

    public RefusedException Refuse(string message) => new(GrammarCompiler.Field, $"at {(Path.Length == 0 ? "the root" : Path)}: {message}");

    /// <summary>A whole document.</summary>
    public static SchemaPlace OfDocument(JsonElement root) => At("", root, new SchemaResource("", root, new SchemaAnchors(root)));

    private static SchemaPlace At(string path, JsonElement element, SchemaResource outer)
    {
        var place = new SchemaPlace(path, element, outer.At(path, element));
        return element.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False ? place : throw place.Refuse("a schema is an object, true or false");
    }

    /// <summary>The way to what is right within it.</summary>
    public string PathTo(string step) => Path.Length + step.Length < GrammarLimits.PathLength
        ? $"{Path}/{step}"
        : throw Refuse($"its names are too long: the way to a schema may have {GrammarLimits.PathLength} characters");

    private SchemaPlace Below(string step, JsonElement element) => At(PathTo(step), element, Resource);
}
