using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Functions;

namespace LoraFaaS.Controller.Api;

/// <summary>Reads a JSON body from untrusted hands: bounded in bytes and depth, each name once, an object and not null. Unknown names are ignored.</summary>
internal static class JsonBody
{
    /// <summary>The deepest real body has 3 levels.</summary>
    private const int MaxDepth = 16;

    private static readonly JsonSerializerOptions Strict = new(ContractsJson.Default.Options)
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
        TypeInfoResolver = ContractsJson.Default,
    };

    public static async Task<(T? Body, Problem? Problem)> ReadAsync<T>(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
        where T : class
    {
        if (await ReadBytesAsync(request, maxBytes, cancellationToken) is not { } bytes)
        {
            return (null, new Problem(ErrorCode.BodyTooLarge, $"the body has more than {maxBytes} bytes"));
        }

        try
        {
            if (FindNul(bytes.Span, out var field))
            {
                return (null, Bad("a string contains U+0000, which cannot be stored", field));
            }

            return JsonSerializer.Deserialize(bytes.Span, (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T))) is { } body
                ? (body, null)
                : (null, Bad("a JSON object is required, not null", null));
        }
        catch (JsonException exception)
        {
            return (null, Bad(Describe(exception), Field(exception)));
        }
    }

    /// <summary>
    /// Whether a name or value contains U+0000, and in which top-level field. JSON can say it and Postgres cannot hold it: refused here, it
    /// is refused alike whichever store there is.
    /// </summary>
    private static bool FindNul(ReadOnlySpan<byte> json, out string? field)
    {
        field = null;

        // Raw control characters are no JSON, so only an escape can mean it; most bodies have none.
        if (json.IndexOf("\\u0000"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });

        while (reader.Read())
        {
            if (reader.ValueIsEscaped && SaysNul(reader.ValueSpan))
            {
                return true;
            }

            if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
            {
                field = OneLine.Clean(Encoding.UTF8.GetString(reader.ValueSpan));
            }
        }

        return false;
    }

    /// <summary>Of a string as it is written: <c>\\u0000</c> is a backslash and five letters. Unescaping would throw on a lone surrogate.</summary>
    private static bool SaysNul(ReadOnlySpan<byte> escaped)
    {
        while (escaped.IndexOf((byte)'\\') is >= 0 and var at)
        {
            escaped = escaped[at..];

            if (escaped.StartsWith("\\u0000"u8))
            {
                return true;
            }

            escaped = escaped[2..];
        }

        return false;
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBytesAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;

        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (content.Length + read > maxBytes)
            {
                return null;
            }

            content.Write(buffer, 0, read);
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    /// <summary>The parser's first sentence; its tail names bytes and lines, which mean nothing in a one-line body. Of a value of another type it names ours, which nobody knows.</summary>
    private static string Describe(JsonException exception)
    {
        var text = exception.Message;

        if (text.StartsWith("The JSON value could not be converted to ", StringComparison.Ordinal))
        {
            return Field(exception) is null ? "the body must be a JSON object" : $"must be {Expected(text)}";
        }

        var tail = text.IndexOf(" Path: ", StringComparison.Ordinal);
        return $"the body is not valid JSON of the expected shape: {OneLine.Clean(tail < 0 ? text : text[..tail])}";
    }

    private static string Expected(string text) =>
        text.Contains("IReadOnlyDictionary", StringComparison.Ordinal) ? "an object of strings"
        : text.Contains("IReadOnlyList", StringComparison.Ordinal) ? "an array of strings"
        : text.Contains("Boolean", StringComparison.Ordinal) ? "true or false"
        : text.Contains("System.Int", StringComparison.Ordinal) ? "a whole number"
        : text.Contains("System.String", StringComparison.Ordinal) ? "a string"
        : "of another type";

    /// <summary><c>$.labels.tier</c> becomes <c>labels.tier</c>.</summary>
    private static string? Field(JsonException exception) =>
        exception.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? OneLine.Clean(path[2..]) : null;

    private static Problem Bad(string message, string? field) => new(ErrorCode.InvalidRequest, message, field);
}
