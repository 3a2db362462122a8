using System.Text.Json;
using System.Text.Unicode;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Json;

/// <summary>Strict JSON: valid UTF-8, no duplicate names, bounded depth, no comments. A later duplicate must not silently win over what a checker saw.</summary>
internal static class JsonText
{
    /// <summary>Real files nest at most 8 deep (tokenizer.json).</summary>
    private const int MaxDepth = 32;

    /// <summary>Opens the document, hands its root object to <paramref name="read"/>, and closes it.</summary>
    public static T Read<T>(string file, ReadOnlyMemory<byte> utf8, Func<JsonFields, T> read)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new RefusedException(file, "is not valid UTF-8");
        }

        // A byte order mark is not JSON, but editors on Windows leave one.
        var text = utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        var options = new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

        using var document = Parse(file, text, options);
        return document.RootElement.ValueKind is JsonValueKind.Object
            ? read(new JsonFields(document.RootElement, file, string.Empty))
            : throw new RefusedException(file, "must be a JSON object");
    }

    /// <summary>A string's value. A lone surrogate escape (\ud800) is legal JSON and not legal text.</summary>
    public static string TextOf(JsonElement element, string path)
    {
        try
        {
            return element.GetString() ?? throw new RefusedException(path, "must be a string");
        }
        catch (InvalidOperationException)
        {
            throw new RefusedException(path, "must be a string of valid Unicode");
        }
    }

    public static string NameOf(JsonProperty property, string path)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw new RefusedException(path, "has a name that is not valid Unicode");
        }
    }

    private static JsonDocument Parse(string file, ReadOnlyMemory<byte> text, JsonDocumentOptions options)
    {
        try
        {
            return JsonDocument.Parse(text, options);
        }
        catch (InvalidOperationException)
        {
            // The duplicate check unescapes names, and finds lone surrogates there.
            throw new RefusedException(file, "has a name that is not valid Unicode");
        }
    }
}
