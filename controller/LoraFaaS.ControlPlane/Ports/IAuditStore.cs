namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What was changed by whom, only ever added to. Every member may throw <see cref="StoreUnavailableException"/>.</summary>
public interface IAuditStore
{
    /// <summary>Durable when it returns.</summary>
    Task AppendAsync(AuditRecord record, CancellationToken cancellationToken);

    /// <summary>Newest first. A store may have let go of records older than its newest 100 000.</summary>
    ValueTask<IReadOnlyList<NumberedAudit>> ReadAsync(AuditQuery query, CancellationToken cancellationToken);
}
