using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoraFaaS.Engine.Tests.Grammars;

/// <summary>JSON Schema as its text reads, keyword by keyword. It shares nothing with the compiler.</summary>
internal static class NaiveValidator
{
    public static bool IsValid(JsonElement value, JsonElement schema, JsonElement root) => schema.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => schema.EnumerateObject().All(keyword => Holds(value, keyword.Name, keyword.Value, schema, root)),
    };

    private static bool Holds(JsonElement value, string keyword, JsonElement rule, JsonElement schema, JsonElement root) => keyword switch
    {
        "type" => rule.ValueKind is JsonValueKind.String ? IsOf(value, rule.GetString()!) : rule.EnumerateArray().Any(type => IsOf(value, type.GetString()!)),
        "enum" => rule.EnumerateArray().Any(each => JsonElement.DeepEquals(each, value)),
        "const" => JsonElement.DeepEquals(rule, value),
        "$ref" => IsValid(value, Resolve(root, rule.GetString()!), root),
        "allOf" => rule.EnumerateArray().All(each => IsValid(value, each, root)),
        "anyOf" => rule.EnumerateArray().Any(each => IsValid(value, each, root)),
        "oneOf" => rule.EnumerateArray().Count(each => IsValid(value, each, root)) == 1,
        "properties" or "required" or "additionalProperties" or "maxProperties" or "minProperties" => value.ValueKind is not JsonValueKind.Object || HoldsObject(value, keyword, rule, schema, root),
        "items" or "prefixItems" or "minItems" or "maxItems" => value.ValueKind is not JsonValueKind.Array || HoldsArray(value, keyword, rule, schema, root),
        "minLength" or "maxLength" or "pattern" => value.ValueKind is not JsonValueKind.String || HoldsString(value.GetString()!, keyword, rule),
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" => value.ValueKind is not JsonValueKind.Number || HoldsNumber(value, keyword, rule),
        _ => true,
    };

    private static bool HoldsObject(JsonElement value, string keyword, JsonElement rule, JsonElement schema, JsonElement root) => keyword switch
    {
        "properties" => value.EnumerateObject().All(member => !rule.TryGetProperty(member.Name, out var own) || IsValid(member.Value, own, root)),
        "required" => rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        "additionalProperties" => value.EnumerateObject().All(member =>
            (schema.TryGetProperty("properties", out var own) && own.TryGetProperty(member.Name, out _)) || IsValid(member.Value, rule, root)),
        "maxProperties" => value.EnumerateObject().Select(member => member.Name).Distinct().Count() <= rule.GetInt32(),
        _ => value.EnumerateObject().Select(member => member.Name).Distinct().Count() >= rule.GetInt32(),
    };

    private static bool HoldsArray(JsonElement value, string keyword, JsonElement rule, JsonElement schema, JsonElement root)
    {
        var prefix = schema.TryGetProperty("prefixItems", out var items) ? items.GetArrayLength() : 0;

        return keyword switch
        {
            "items" => value.EnumerateArray().Skip(prefix).All(item => IsValid(item, rule, root)),
            "prefixItems" => value.EnumerateArray().Zip(rule.EnumerateArray()).All(pair => IsValid(pair.First, pair.Second, root)),
            "minItems" => value.GetArrayLength() >= rule.GetInt32(),
            _ => value.GetArrayLength() <= rule.GetInt32(),
        };
    }

    private static bool HoldsString(string value, string keyword, JsonElement rule) => keyword switch
    {
        "minLength" => value.EnumerateRunes().Count() >= rule.GetInt32(),
        "maxLength" => value.EnumerateRunes().Count() <= rule.GetInt32(),
        _ => Regex.IsMatch(value, rule.GetString()!, RegexOptions.CultureInvariant),
    };

    private static bool HoldsNumber(JsonElement value, string keyword, JsonElement rule)
    {
        var (number, bound) = (decimal.Parse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture), rule.GetDecimal());

        return keyword switch
        {
            "minimum" => number >= bound,
            "maximum" => number <= bound,
            "exclusiveMinimum" => number > bound,
            _ => number < bound,
        };
    }

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "integer" => value.ValueKind is JsonValueKind.Number && !value.GetRawText().AsSpan().ContainsAny(".eE"),
        "number" => value.ValueKind is JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => string.Equals(value.ValueKind.ToString(), type, StringComparison.OrdinalIgnoreCase),
    };

    private static JsonElement Resolve(JsonElement root, string reference) =>
        reference.Split('/').Skip(1).Aggregate(root, (element, step) => element.GetProperty(step));

    public static bool IsValid(string text, string schema)
    {
        using var value = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
        using var parsed = JsonDocument.Parse(schema);
        return IsValid(value.RootElement, parsed.RootElement, parsed.RootElement);
    }
}
