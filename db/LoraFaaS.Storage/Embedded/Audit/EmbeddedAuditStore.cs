using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Storage.Embedded.Audit;

/// <summary>The audit log of a controller that stands alone.</summary>
internal sealed class EmbeddedAuditStore(DurableState<AuditState, NumberedAudit> state) : IAuditStore, IAsyncDisposable
{
    public static EmbeddedAuditStore Open(string folder, JournalSettings settings, ILogger logger) =>
        new(DurableState<AuditState, NumberedAudit>.Open(folder, new AuditSchema(), settings, logger));

    public Task AppendAsync(AuditRecord record, CancellationToken cancellationToken) =>
        state.WriteAsync<long>(current => (current.Last + 1, new NumberedAudit(current.Last + 1, record)), cancellationToken);

    public ValueTask<IReadOnlyList<NumberedAudit>> ReadAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        var current = state.Current;
        var found = new List<NumberedAudit>();
        var number = Math.Min(current.Last, (query.Before ?? long.MaxValue) - 1);

        // Numbers have no gaps: the first one missing is older than everything kept.
        for (; found.Count < query.Limit && current.Records.TryGetValue(number, out var record); number--)
        {
            if (query.Since is null || record.At >= query.Since)
            {
                found.Add(new NumberedAudit(number, record));
            }
        }

        return ValueTask.FromResult<IReadOnlyList<NumberedAudit>>(found);
    }

    public ValueTask DisposeAsync() => state.DisposeAsync();
}
