using System.Text.Json;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Requests;

/// <summary>From bytes to a parsed request, or the one problem that is to be told. No input makes it throw.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>The bytes as one JSON document; the caller disposes it.</summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> bytes, out Problem? problem)
    {
        try
        {
            problem = null;
            return JsonDocument.Parse(bytes, Strict);
        }
        catch (JsonException exception)
        {
            problem = new Problem(ErrorCode.InvalidRequest, $"the body is not valid JSON: {exception.Message}");
            return null;
        }
    }

    /// <summary>Reads an object's fields with <paramref name="read"/>; its result counts only when no problem was found.</summary>
    public static (T? Value, Problem? Problem) Read<T>(ReadOnlyMemory<byte> bytes, Func<JsonFields, T?> read)
        where T : class
    {
        using var document = TryParse(bytes, out var problem);

        if (document is null)
        {
            return (null, problem);
        }

        return document.RootElement.ValueKind is JsonValueKind.Object
            ? Read(document.RootElement, read)
            : (null, new Problem(ErrorCode.InvalidRequest, "the body must be a JSON object"));
    }

    public static (T? Value, Problem? Problem) Read<T>(JsonElement element, Func<JsonFields, T?> read)
        where T : class
    {
        var problems = new FieldProblems();

        try
        {
            var value = read(new JsonFields(element, "", problems));
            return problems.Any ? (null, problems.First) : (value, null);
        }
        catch (InvalidOperationException)
        {
            // A string holds half a surrogate pair or bytes that are not UTF-8. JsonDocument accepts it and refuses only when it is read.
            return (null, problems.First ?? new Problem(ErrorCode.InvalidRequest, "the body holds a string that is not valid Unicode"));
        }
    }
}
