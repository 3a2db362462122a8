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
            return JsonSerializer.Deserialize(bytes.Span, (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T))) is { } body
                ? (body, null)
                : (null, Bad("a JSON object is required, not null", null));
        }
        catch (JsonException exception)
        {
            return (null, Bad(Describe(exception), Field(exception)));
        }
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

    /// <summary>The parser's first sentence; its tail names bytes and lines, which mean nothing in a one-line body.</summary>
    private static string Describe(JsonException exception)
    {
        var text = exception.Message;
        var tail = text.IndexOf(" Path: ", StringComparison.Ordinal);
        return $"the body is not valid JSON of the expected shape: {OneLine.Clean(tail < 0 ? text : text[..tail])}";
    }

    /// <summary><c>$.labels.tier</c> becomes <c>labels.tier</c>.</summary>
    private static string? Field(JsonException exception) =>
        exception.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? OneLine.Clean(path[2..]) : null;

    private static Problem Bad(string message, string? field) => new(ErrorCode.InvalidRequest, message, field);
}
