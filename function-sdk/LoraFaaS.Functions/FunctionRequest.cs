using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LoraFaaS.Functions;

/// <summary>An invocation's request, whole: bodies have a limit (8 MiB unless the gateway is told otherwise) and are read before code is called.</summary>
public sealed class FunctionRequest
{
    /// <summary>GET, POST, … as the caller sent it; POST for asynchronous calls and for chat clients.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>What follows the function's name in the address, from its slash on: <c>/orders/7</c>, or empty.</summary>
    public string Path { get; init; } = "";

    /// <summary>The query with its question mark, as sent; or empty.</summary>
    public string Query { get; init; } = "";

    /// <summary>The caller's headers, names without regard to case; several of one name are joined by a comma. Credentials for the platform are not among them.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The body's media type with its parameters; null when none was said. For a CloudEvent it is the data's type, and the attributes are headers <c>ce-…</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>The body. For chat and completion clients: the text of the last user message.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>
    /// The conversation of a chat client, oldest first, without the function's own system prompt. For any other call one user message with
    /// the body as text. Code that answers by this serves both.
    /// </summary>
    public IReadOnlyList<ChatTurn> Conversation
    {
        get => field ??= [ChatTurn.User(ReadText())];
        init;
    }

    /// <summary>The body as UTF-8. Bytes that are none become U+FFFD.</summary>
    public string ReadText() => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The body as JSON.</summary>
    /// <exception cref="JsonException">It is not, or not of this shape.</exception>
    public T? ReadJson<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Body.Span, type);
}
