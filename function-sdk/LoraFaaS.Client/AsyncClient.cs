using System.Net;
using System.Text;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.Client;

/// <summary>Asynchronous calls: hand one in, see what became of it, list and replay the dead ones.</summary>
public sealed class AsyncClient
{
    private readonly Transport _transport;

    internal AsyncClient(Transport transport) => _transport = transport;

    /// <summary>Returns when the call is durable. The answer is posted to <paramref name="callback"/>, and can be fetched for a while.</summary>
    public Task<CallId> EnqueueAsync(FunctionId id, string text, Uri? callback = null, CancellationToken cancellationToken = default) =>
        EnqueueAsync(id, text, callback, [], cancellationToken);

    /// <summary>The same with a query, as in <c>max_tokens=20</c>: what it says wins over the function's settings.</summary>
    public async Task<CallId> EnqueueAsync(
        FunctionId id, string text, Uri? callback, IEnumerable<KeyValuePair<string, string>> query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        using var request = new HttpRequestMessage(HttpMethod.Post, Transport.PathOf("async-function", id, query))
        {
            Content = new StringContent(text, Encoding.UTF8, "text/plain"),
        };

        if (callback is not null)
        {
            request.Headers.Add(WireHeaders.CallbackUrl, callback.OriginalString);
        }

        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return new CallId(response.Headers.GetValues(WireHeaders.CallId).First());
    }

    /// <summary>Null: there is no such call, or it has been over for too long.</summary>
    public async Task<AsyncCallInfo?> FindAsync(CallId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path(id, ""));
        using var response = await _transport.SendAnyAsync(request, cancellationToken).ConfigureAwait(false);

        return response switch
        {
            { StatusCode: HttpStatusCode.NotFound } => null,
            { IsSuccessStatusCode: true } =>
                await Transport.ReadBodyAsync(response, ContractsJson.Default.AsyncCallInfo, cancellationToken).ConfigureAwait(false),
            _ => throw await Transport.ReadFailureAsync(response, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>How full the queue is.</summary>
    public async Task<AsyncQueueInfo> CountAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/v1/async", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.AsyncQueueInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The dead calls, the latest first.</summary>
    public async Task<IReadOnlyList<AsyncCallInfo>> DeadAsync(int limit = 100, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"api/v1/async/dead?limit={limit}", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListAsyncCallInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tries a dead call again, with all its tries before it.</summary>
    public async Task ReplayAsync(CallId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path(id, "/replay"));
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a call that waits, runs or is being delivered. One that is over already is refused (409).</summary>
    public async Task CancelAsync(CallId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, Path(id, ""));
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static Uri Path(CallId id, string after) => new($"api/v1/async/{Uri.EscapeDataString(id.Value)}{after}", UriKind.Relative);
}
