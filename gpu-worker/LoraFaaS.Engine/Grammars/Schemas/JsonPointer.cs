using System.Text.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>Finds the schema that a <c>$ref</c> within the document names (RFC 6901 in a URI fragment).</summary>
internal static class JsonPointer
{
    public static string Escape(string step) => step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public static SchemaPlace Resolve(SchemaPlace from, JsonElement root, string reference)
    {
        if (reference != "#" && !reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw from.Refuse($"$ref {reference} leads out of the schema; only #/... is followed");
        }

        var (element, path) = (root, Uri.UnescapeDataString(reference[1..]));

        foreach (var step in path.Split('/').Skip(1).Select(Unescape))
        {
            element = Enter(element, step) ?? throw from.Refuse($"$ref {reference} leads nowhere");
        }

        return element.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False
            ? new SchemaPlace(path, element)
            : throw from.Refuse($"$ref {reference} leads to no schema");
    }

    private static JsonElement? Enter(JsonElement element, string step) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty(step, out var child) => child,
        JsonValueKind.Array when int.TryParse(step, out var index) && index >= 0 && index < element.GetArrayLength() => element[index],
        _ => null,
    };

    private static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
