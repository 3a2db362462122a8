using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>Calls functions. No credentials are sent beyond those of the client.</summary>
public sealed class InvocationsClient
{
    private readonly Transport _transport;

    internal InvocationsClient(Transport transport) => _transport = transport;

    /// <summary>Posts text and returns the whole generated text.</summary>
    public async Task<string> InvokeAsync(FunctionId id, string text, CancellationToken cancellationToken = default)
    {
        using var request = Post(id, text, []);
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Posts text and yields what is generated as it comes: text pieces, then one <see cref="InvocationEvent.Done"/>.</summary>
    public IAsyncEnumerable<InvocationEvent> StreamAsync(FunctionId id, string text, CancellationToken cancellationToken = default) =>
        StreamAsync(id, text, [], cancellationToken);

    /// <summary>The same with a query, as in <c>max_tokens=20</c>: what it says wins over the function's settings.</summary>
    public async IAsyncEnumerable<InvocationEvent> StreamAsync(
        FunctionId id, string text, IEnumerable<KeyValuePair<string, string>> query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        using var request = Post(id, text, query);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);

        await using (stream.ConfigureAwait(false))
        {
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken).ConfigureAwait(false))
            {
                if (Read(item, response) is { } invocationEvent)
                {
                    yield return invocationEvent;
                }
            }
        }
    }

    private static InvocationEvent? Read(SseItem<string> item, HttpResponseMessage response)
    {
        using var data = JsonDocument.Parse(item.Data);
        var root = data.RootElement;

        return item.EventType switch
        {
            "token" => new InvocationEvent.Text(root.GetProperty("text").GetString() ?? ""),
            "done" => ReadDone(root),
            "error" => throw new LoraFaaSException(
                root.TryGetProperty("message", out var message) ? message.GetString() ?? "The stream failed." : "The stream failed.",
                response.StatusCode,
                root.TryGetProperty("code", out var code) && code.GetString() is { } name ? ErrorCodes.FromWire(name) : null,
                null,
                null),
            // A newer gateway may send more kinds; progress events are for people who watch the wire.
            _ => null,
        };
    }

    private static InvocationEvent.Done ReadDone(JsonElement root)
    {
        var usage = root.GetProperty("usage");
        return new InvocationEvent.Done
        {
            FinishReason = root.GetProperty("finish_reason").GetString() ?? "",
            PromptTokens = usage.GetProperty("prompt_tokens").GetInt32(),
            CompletionTokens = usage.GetProperty("completion_tokens").GetInt32(),
            TtftMs = root.TryGetProperty("cold_start", out var cold) && cold.TryGetProperty("ttft_ms", out var ttft) ? ttft.GetDouble() : null,
        };
    }

    private static HttpRequestMessage Post(FunctionId id, string text, IEnumerable<KeyValuePair<string, string>> query) =>
        new(HttpMethod.Post, Transport.PathOf("function", id, query)) { Content = new StringContent(text, Encoding.UTF8, "text/plain") };
}
