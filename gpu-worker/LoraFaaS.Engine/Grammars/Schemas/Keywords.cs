using System.Collections.Frozen;
using System.Text.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>Which keywords of JSON Schema (2020-12) are understood. A keyword that is not would be broken silently, so it is refused by name.</summary>
internal static class Keywords
{
    private static readonly FrozenSet<string> Annotations = FrozenSet.Create(
        StringComparer.Ordinal,
        "title", "description", "default", "examples", "example", "$schema", "$id", "$comment", "$anchor", "$defs", "definitions", "deprecated",
        "readOnly", "writeOnly", "format", "contentEncoding", "contentMediaType", "discriminator");

    private static readonly FrozenSet<string> Structure = FrozenSet.Create(
        StringComparer.Ordinal, "type", "enum", "const", "$ref", "allOf", "anyOf", "oneOf");

    /// <summary>Keywords that say something of values of one type, and nothing of others.</summary>
    private static readonly FrozenDictionary<string, JsonTypes> OfType = new Dictionary<string, JsonTypes>
    {
        ["properties"] = JsonTypes.Object,
        ["required"] = JsonTypes.Object,
        ["additionalProperties"] = JsonTypes.Object,
        ["minProperties"] = JsonTypes.Object,
        ["maxProperties"] = JsonTypes.Object,
        ["propertyNames"] = JsonTypes.Object,
        ["items"] = JsonTypes.Array,
        ["prefixItems"] = JsonTypes.Array,
        ["minItems"] = JsonTypes.Array,
        ["maxItems"] = JsonTypes.Array,
        ["uniqueItems"] = JsonTypes.Array,
        ["minLength"] = JsonTypes.String,
        ["maxLength"] = JsonTypes.String,
        ["pattern"] = JsonTypes.String,
        ["minimum"] = JsonTypes.Number,
        ["maximum"] = JsonTypes.Number,
        ["exclusiveMinimum"] = JsonTypes.Number,
        ["exclusiveMaximum"] = JsonTypes.Number,
        ["multipleOf"] = JsonTypes.Number,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Keywords whose value is schemas under names of the caller's own.</summary>
    private static readonly FrozenSet<string> Maps = FrozenSet.Create(StringComparer.Ordinal, "properties", "$defs", "definitions");

    /// <summary>Keywords whose value is a schema, or a list of them.</summary>
    private static readonly FrozenSet<string> Schemas = FrozenSet.Create(
        StringComparer.Ordinal, "allOf", "anyOf", "oneOf", "items", "prefixItems", "additionalProperties", "propertyNames");

    /// <summary>The schemas right within one, those that are objects, and the way to each. What stands in an example or a constant is a value, whatever it looks like.</summary>
    public static IEnumerable<(string Step, JsonElement Element)> SchemasIn(JsonElement schema) => schema.EnumerateObject().SelectMany(property => (property.Value.ValueKind, property.Name) switch
    {
        (JsonValueKind.Object, var name) when Maps.Contains(name) =>
            property.Value.EnumerateObject().Select(child => (Step: $"{name}/{JsonPointer.Escape(child.Name)}", Element: child.Value)),
        (JsonValueKind.Object, var name) when Schemas.Contains(name) => [(Step: name, Element: property.Value)],
        (JsonValueKind.Array, var name) when Schemas.Contains(name) =>
            property.Value.EnumerateArray().Select((child, i) => (Step: FormattableString.Invariant($"{name}/{i}"), Element: child)),
        _ => [],
    }).Where(child => child.Element.ValueKind is JsonValueKind.Object);

    public static void Check(SchemaPlace schema)
    {
        foreach (var property in schema.Element.EnumerateObject())
        {
            var name = property.Name;

            if (!Annotations.Contains(name) && !Structure.Contains(name) && !OfType.ContainsKey(name) && !name.StartsWith("x-", StringComparison.Ordinal))
            {
                throw schema.Refuse($"{name} is not supported");
            }
        }

        if (schema.Child("propertyNames") is { } names && !SaysNothingOfNames(names))
        {
            throw names.Refuse("propertyNames is supported only where any name will do");
        }
    }

    /// <summary>Names are strings: generators of schemas say so of every record.</summary>
    private static bool SaysNothingOfNames(SchemaPlace names) =>
        !names.ForbidsAll && (!names.IsObject || names.Element.EnumerateObject().All(property => Annotations.Contains(property.Name) || (property.Name == "type" && Stated(names)!.Value.HasFlag(JsonTypes.String))));

    /// <summary>The types that a schema's keywords speak of; none when it has no such keyword.</summary>
    public static JsonTypes Implied(SchemaPlace schema) => schema.IsObject
        ? schema.Element.EnumerateObject().Aggregate(JsonTypes.None, (types, property) => types | OfType.GetValueOrDefault(property.Name))
        : JsonTypes.None;

    /// <summary>The types that <c>type</c> allows; null when it is absent.</summary>
    public static JsonTypes? Stated(SchemaPlace schema) => schema.Find("type") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } name => Named(schema, name.GetString()!),
        _ => schema.Texts("type").Aggregate(JsonTypes.None, (types, name) => types | Named(schema, name)),
    };

    private static JsonTypes Named(SchemaPlace schema, string name) => name switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        "object" => JsonTypes.Object,
        _ => throw schema.Refuse($"type {name} is not one of JSON's"),
    };
}
