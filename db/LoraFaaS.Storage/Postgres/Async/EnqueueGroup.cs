using System.Threading.Channels;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Npgsql;

namespace LoraFaaS.Storage.Postgres.Async;

/// <summary>
/// Group commit: calls that come in while one statement runs go into the next one together, so that a commit's flush is shared by all of
/// them. One writer; when its queue is full, who comes next waits for a place.
/// </summary>
internal sealed class EnqueueGroup : IAsyncDisposable
{
    /// <summary>Most calls and bytes of one statement: bounds how long its first call waits for the others.</summary>
    private const int MostCalls = 512;
    private const int MostBytes = 4 << 20;

    private readonly NpgsqlDataSource _database;
    private readonly PostgresRetry _retry;
    private readonly OpenEstimate _open;
    private readonly Channel<PendingEnqueue> _queue = Channel.CreateBounded<PendingEnqueue>(new BoundedChannelOptions(1_024) { SingleReader = true });
    private readonly Task _writing;

    public EnqueueGroup(NpgsqlDataSource database, PostgresRetry retry, OpenEstimate open)
    {
        (_database, _retry, _open) = (database, retry, open);
        _writing = Task.Run(WriteAllAsync);
    }

    public async Task<EnqueueOutcome> EnqueueAsync(AsyncRequest request, QueueBounds bounds, CancellationToken cancellationToken)
    {
        var pending = new PendingEnqueue(request, bounds);

        try
        {
            await _queue.Writer.WriteAsync(pending, cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new StoreUnavailableException("The queue is closed.", exception);
        }

        return await pending.Done.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            await _writing;
        }
    }

    private async Task WriteAllAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            var batch = new List<PendingEnqueue>();

            try
            {
                await StoreAsync(batch);
            }
            catch (Exception exception)
            {
                // Each waits for this, also who came while the database was tried in vain; the writer itself goes on.
                while (_queue.Reader.TryRead(out var waiting))
                {
                    batch.Add(waiting);
                }

                batch.ForEach(pending => pending.Fail(exception));
            }
        }
    }

    private async Task StoreAsync(List<PendingEnqueue> batch)
    {
        var (open, bytes) = await _open.ReadAsync(CancellationToken.None);
        var size = 0L;

        while (batch.Count < MostCalls && size < MostBytes && _queue.Reader.TryRead(out var pending))
        {
            var length = pending.Request.Body.Length;

            if (open + batch.Count >= pending.Bounds.Calls || bytes + size + length > pending.Bounds.Bytes)
            {
                pending.Complete(EnqueueOutcome.Full);
                continue;
            }

            batch.Add(pending);
            size += length;
        }

        if (batch.Count == 0)
        {
            return;
        }

        // Repeating it comes to the same: what the first try stored is then known.
        var stored = await _retry.RepeatAsync(token => InsertAsync(batch, token), CancellationToken.None);
        _open.Add(stored.Count, batch.Where(pending => stored.Contains(pending.Request.Id.Value)).Sum(pending => (long)pending.Request.Body.Length));
        var others = batch.Where(pending => !stored.Remove(pending.Request.Id.Value)).ToList();
        var known = others.Count == 0 ? [] : await _retry.RepeatAsync(token => FindFunctionsAsync(others, token), CancellationToken.None);

        others.ForEach(pending => pending.Complete(
            known.GetValueOrDefault(pending.Request.Id.Value) == pending.Request.Function ? EnqueueOutcome.Known : EnqueueOutcome.Conflict));

        // Only the first outcome counts: those above have theirs.
        batch.ForEach(pending => pending.Complete(EnqueueOutcome.Accepted));
    }

    private async Task<HashSet<string>> InsertAsync(List<PendingEnqueue> batch, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(
            """
            INSERT INTO async_calls (call_id, namespace, function, path, query, headers, body, callback_url, started_at)
            SELECT * FROM unnest(@call_id, @namespace, @function, @path, @query, @headers, @body, @callback_url, @started_at)
            ON CONFLICT DO NOTHING RETURNING call_id
            """);
        Add(command, "call_id", batch, request => request.Id.Value);
        Add(command, "namespace", batch, request => request.Function.Namespace.Value);
        Add(command, "function", batch, request => request.Function.Name.Value);
        Add(command, "path", batch, request => request.Path);
        Add(command, "query", batch, request => request.Query);
        Add(command, "headers", batch, request => CallHeaders.Write(request.Headers));
        Add(command, "body", batch, request => request.Body.ToArray());
        Add(command, "callback_url", batch, request => request.CallbackUrl);
        Add(command, "started_at", batch, request => request.StartedAt.ToUniversalTime());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var stored = new HashSet<string>(StringComparer.Ordinal);

        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetString(0));
        }

        return stored;
    }

    private async Task<Dictionary<string, FunctionId>> FindFunctionsAsync(List<PendingEnqueue> calls, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("SELECT call_id, namespace, function FROM async_calls WHERE call_id = ANY(@ids)");
        Add(command, "ids", calls, request => request.Id.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, FunctionId>(StringComparer.Ordinal);

        while (await reader.ReadAsync(cancellationToken))
        {
            found[reader.GetString(0)] = new FunctionId(new NamespaceName(reader.GetString(1)), new FunctionName(reader.GetString(2)));
        }

        return found;
    }

    private static void Add<T>(NpgsqlCommand command, string name, List<PendingEnqueue> batch, Func<AsyncRequest, T> column) =>
        command.Parameters.AddWithValue(name, batch.Select(pending => column(pending.Request)).ToArray());
}
