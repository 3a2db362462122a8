using System.Text.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>The values that enum and const leave; null when neither is there.</summary>
internal static class Literals
{
    private static readonly JsonElement[] Few = [JsonElement.Parse("true"), JsonElement.Parse("false"), JsonElement.Parse("null")];

    public static IReadOnlyList<JsonElement>? Find(IReadOnlyList<SchemaPlace> schemas)
    {
        List<JsonElement>? values = null;

        foreach (var schema in schemas)
        {
            foreach (var allowed in Lists(schema))
            {
                values = values is null
                    ? [.. allowed]
                    : [.. values.Where(value => allowed.Exists(other => JsonElement.DeepEquals(value, other)))];
            }
        }

        if (values is null)
        {
            return null;
        }

        foreach (var schema in schemas)
        {
            // Checking constants against the other keywords would take a validator for the little that such schemas say.
            if (Keywords.Implied(schema) is not JsonTypes.None)
            {
                throw schema.Refuse("enum and const cannot stand beside keywords other than type");
            }
        }

        var types = schemas.Aggregate(JsonTypes.All, (all, schema) => all & (Keywords.Stated(schema) ?? JsonTypes.All));
        return [.. values.Where(value => (TypeOf(value) & types) != 0)];
    }

    /// <summary>The values of schemas that allow no other types than those of a few values, boolean and null; null where they allow others.</summary>
    public static IReadOnlyList<JsonElement>? OfTypes(IReadOnlyList<SchemaPlace> schemas)
    {
        var types = schemas.Aggregate(JsonTypes.All, (all, schema) => all & (Keywords.Stated(schema) ?? JsonTypes.All));
        return (types & ~(JsonTypes.Boolean | JsonTypes.Null)) == 0 ? [.. Few.Where(value => (TypeOf(value) & types) != 0)] : null;
    }

    private static IEnumerable<List<JsonElement>> Lists(SchemaPlace schema)
    {
        if (schema.Find("const") is { } constant)
        {
            yield return [constant];
        }

        if (schema.Find("enum") is { } choices)
        {
            yield return choices.ValueKind is JsonValueKind.Array ? [.. choices.EnumerateArray()] : throw schema.Refuse("enum must be a list");
        }
    }

    private static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.Object => JsonTypes.Object,
        _ => value.TryGetDecimal(out var number) && number == decimal.Truncate(number) ? JsonTypes.Integer : JsonTypes.Fraction,
    };
}
