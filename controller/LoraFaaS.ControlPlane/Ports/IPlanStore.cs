using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>The newest plans with their reasons. Every member may throw <see cref="StoreUnavailableException"/>.</summary>
public interface IPlanStore
{
    /// <summary>Plans that are kept; older ones go.</summary>
    const int Kept = 50;

    /// <summary>
    /// Stores a plan as the newest, with the next number, which replaces its own. Null: a plan with a greater leader token is there already, and nothing is stored.
    /// </summary>
    Task<PlanInfo?> AppendAsync(PlanInfo plan, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces all of the newest plan but its number, which the given one carries. Null: it is no longer the newest, or it is a greater token's, and nothing is changed.
    /// </summary>
    Task<PlanInfo?> RefreshAsync(PlanInfo plan, CancellationToken cancellationToken);

    ValueTask<PlanInfo?> FindNewestAsync(CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    ValueTask<IReadOnlyList<PlanInfo>> ListAsync(int newest, CancellationToken cancellationToken);
}
