using System.Text.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>Finds the schema that a <c>$ref</c> within the document names, by its way from the root of the resource that it stands in (RFC 6901 in a URI fragment) or by its <c>$anchor</c> there.</summary>
internal static class JsonPointer
{
    public static string Escape(string step) => step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public static SchemaPlace Resolve(SchemaPlace from, string reference)
    {
        if (!reference.StartsWith('#'))
        {
            throw from.Refuse($"$ref {reference} leads out of the schema; only #/... and the name of an $anchor, #..., are followed");
        }

        if (reference.Length > 1 && reference[1] != '/')
        {
            return from.Resource.Anchors.Find(from, Uri.UnescapeDataString(reference[1..]));
        }

        var resource = from.Resource;
        var (element, path) = (resource.Root, resource.Path);

        foreach (var step in Uri.UnescapeDataString(reference[1..]).Split('/').Skip(1))
        {
            element = Enter(element, Unescape(step)) ?? throw from.Refuse($"$ref {reference} leads nowhere");
            path = $"{path}/{step}";
            resource = resource.At(path, element);
        }

        return element.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False
            ? new SchemaPlace(path, element, resource)
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
