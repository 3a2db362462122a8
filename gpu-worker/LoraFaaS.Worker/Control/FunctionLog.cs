using System.Threading.Channels;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Worker.Control;

/// <summary>Lines for <c>faas logs</c> on their way to the controller. Full means that it reads too slowly or is away: the oldest lines go.</summary>
internal sealed class FunctionLog(WorkerName worker, TimeProvider time)
{
    private const int NanosecondsPerTick = 100;

    private readonly Channel<LogEntry> _entries = Channel.CreateBounded<LogEntry>(
        new BoundedChannelOptions(8_192) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Write(FunctionId function, string text) => _entries.Writer.TryWrite(new LogEntry
    {
        Namespace = function.Namespace.Value,
        Function = function.Name.Value,
        UnixNanos = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick,
        Instance = worker.Id.Value,
        Text = text,
    });

    /// <summary>At least one entry, at most so many.</summary>
    public async Task<LogBatch> TakeAsync(int most, CancellationToken cancellationToken)
    {
        var batch = new LogBatch();
        batch.Entries.Add(await _entries.Reader.ReadAsync(cancellationToken));

        while (batch.Entries.Count < most && _entries.Reader.TryRead(out var entry))
        {
            batch.Entries.Add(entry);
        }

        return batch;
    }
}
