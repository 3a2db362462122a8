using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Usage records, one per invocation: durable once appended, and counted once however often they are sent and by whomever.</summary>
public interface IUsageStore
{
    /// <summary>
    /// Appends records of one worker; those with a (worker, sequence) already stored are passed over. One whose key is known takes the known one's place if
    /// its try is a later one, and is passed over if not. Returns those that count an invocation more.
    /// </summary>
    Task<IReadOnlyList<UsageRecord>> AppendAsync(WorkerId worker, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken);

    /// <summary>For how long invocations are counted by the minute at least, counted from the newest record.</summary>
    static readonly TimeSpan MinutesKept = TimeSpan.FromHours(3);

    /// <summary>The minutes that touch the span and in which calls were started, oldest first: of one function, or of all together when null.</summary>
    ValueTask<IReadOnlyList<ServedMinute>> ServedAsync(FunctionId? function, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>
    /// Sums per function over the hours (UTC) that touch the span, ordered by function: both ends are widened to whole hours.
    /// A store may keep what is older than 35 days by whole days only, and keeps what was folded so.
    /// </summary>
    ValueTask<IReadOnlyList<UsageSum>> SumAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the records of calls that began before a day (UTC) by sums of each function and day; a record that is sent again later is still known.
    /// Returns how many records went: 0 from a store that folds by itself.
    /// </summary>
    Task<long> FoldAsync(DateOnly before, CancellationToken cancellationToken);
}
