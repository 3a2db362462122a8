using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>
/// Every controller forecasts; one of several learns and saves. Two that do both for a moment only overwrite each other's memory of the same
/// arrivals, so the lease's fence is not needed here.
/// </summary>
internal sealed class LeadershipCheck(ILeaderLease lease, ControllerIdentity identity)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    public async Task<bool> LeadsAsync(CancellationToken cancellationToken) =>
        await lease.TryHoldAsync(identity.Value, Duration, cancellationToken) is not null;
}
