using System.Threading.Channels;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Metering;

/// <summary>
/// One session's usage on its way to the store: gathered into batches, acknowledged when durable, never before. While the store is
/// away reports wait here up to a bound; what does not fit is not acknowledged, and the worker sends it again.
/// </summary>
public sealed partial class UsageIngest
{
    private const int MaxBatch = 512;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly WorkerSession _session;
    private readonly IUsageStore _usage;
    private readonly IWarmStateStore _warm;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<UsageRecord> _inbox;
    private ulong _firstRefused = ulong.MaxValue;

    public UsageIngest(WorkerSession session, IUsageStore usage, IWarmStateStore warm, int length, TimeProvider time, ILogger<UsageIngest> logger)
    {
        _session = session;
        _usage = usage;
        _warm = warm;
        _time = time;
        _logger = logger;

        // Full means refuse: see Offer.
        _inbox = Channel.CreateBounded<UsageRecord>(new BoundedChannelOptions(length) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>
    /// Takes a report. An acknowledgement covers all lower numbers, so once one was refused, higher ones are refused too until it
    /// has come again. Called by the session's reader only.
    /// </summary>
    public bool Offer(UsageRecord record)
    {
        if (record.Sequence > _firstRefused)
        {
            return false;
        }

        if (!_inbox.Writer.TryWrite(record))
        {
            _firstRefused = Math.Min(_firstRefused, record.Sequence);
            return false;
        }

        if (record.Sequence == _firstRefused)
        {
            _firstRefused = ulong.MaxValue;
        }

        return true;
    }

    /// <summary>No more reports come; <see cref="RunAsync"/> ends after the last.</summary>
    public void Complete() => _inbox.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new List<UsageRecord>(MaxBatch);

        while (await _inbox.Reader.WaitToReadAsync(cancellationToken))
        {
            batch.Clear();

            while (batch.Count < MaxBatch && _inbox.Reader.TryRead(out var record))
            {
                batch.Add(record);
            }

            var added = await StoreAsync(batch, cancellationToken);

            // If the outbox is full the worker sends the reports again, and they are passed over then.
            _session.TryTell(new WorkerCommand.AckUsage(batch[^1].Sequence));
            await CountAsync(added, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<UsageRecord>> StoreAsync(List<UsageRecord> batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _usage.AppendAsync(_session.Id, batch, cancellationToken);
            }
            catch (StoreUnavailableException exception)
            {
                LogNotStored(_session.Id, batch.Count, exception.Message);
                await Task.Delay(RetryPause, _time, cancellationToken);
            }
        }
    }

    private async Task CountAsync(IReadOnlyList<UsageRecord> added, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var group in added.GroupBy(record => record.Function))
            {
                await _warm.AddInvocationsAsync(group.Key, group.Count(), cancellationToken);
            }
        }
        catch (Exception exception) when (exception.Passes())
        {
            LogNotCounted(_session.Id, added.Count, exception.Message);
        }
    }
}
