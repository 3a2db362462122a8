namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What functions held of workers' memory, a day whole. Every member may throw <see cref="StoreUnavailableException"/>.</summary>
public interface IHoldingStore
{
    /// <summary>Days that are kept; older ones go.</summary>
    const int DaysKept = 35;

    /// <summary>Replaces the day. The leader alone writes; of two that both believe to lead for a moment the later one's counts stay.</summary>
    Task SaveAsync(HoldingDay day, CancellationToken cancellationToken);

    ValueTask<HoldingDay?> FindAsync(DateOnly day, CancellationToken cancellationToken);
}
