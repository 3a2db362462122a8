using System.Collections.Frozen;

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
        { ValueKind: System.Text.Json.JsonValueKind.String } name => Named(schema, name.GetString()!),
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
