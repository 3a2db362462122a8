using System.Text.Json;
using LoraFaaS.Checkpoints.Json;

namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary>JSON as template values. All of its text is a caller's.</summary>
internal static class JsonValues
{
    public static TemplateValue From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => FlagValue.True,
        JsonValueKind.False => FlagValue.False,
        JsonValueKind.Number when element.TryGetInt64(out var whole) => new WholeValue(whole),
        JsonValueKind.Number => new RealValue(element.GetDouble()),
        JsonValueKind.String => TextValue.Plain(JsonText.TextOf(element, "text")),
        JsonValueKind.Array => new ListValue([.. element.EnumerateArray().Select(From)]),
        JsonValueKind.Object => FromObject(element),
        _ => NoneValue.Instance,
    };

    private static MapValue FromObject(JsonElement element)
    {
        var entries = new OrderedDictionary<string, TemplateValue>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            entries[JsonText.NameOf(property, "name")] = From(property.Value);
        }

        return new MapValue(entries, isPlain: true);
    }
}
