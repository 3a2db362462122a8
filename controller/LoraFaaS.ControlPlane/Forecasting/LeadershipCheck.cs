using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>
/// This controller's side of the leader's lease. Planning takes it, fenced by its token; learning and saving go with it: two controllers that do both for
/// a moment only overwrite each other's memory of the same arrivals. Given back when the controller stops, so that a successor need not wait for its end.
/// </summary>
public sealed class LeadershipCheck(ILeaderLease lease, ControllerIdentity identity, IOptions<PlanningOptions> options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private long _heldAt;
    private TimeSpan _heldFor;
    private bool _resigned;

    /// <summary>
    /// Whether this controller learns and saves. Where nobody holds the lease it is taken for no longer than the time between plans: whoever is next told to plan must
    /// not find it taken again and again by one who only learns.
    /// </summary>
    public async Task<bool> LeadsAsync(CancellationToken cancellationToken) =>
        HoldsStill || await HoldAsync(options.Value.Interval, cancellationToken) is not null;

    /// <summary>Takes or renews the lease; null when another controller holds it, or this one has given it back for good.</summary>
    public async Task<LeaseGrant?> HoldAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);

        try
        {
            if (_resigned)
            {
                return null;
            }

            var asked = time.GetTimestamp();
            var grant = await lease.TryHoldAsync(identity.Value, duration, cancellationToken);
            (_heldAt, _heldFor) = (asked, grant is null ? TimeSpan.Zero : duration);
            return grant;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Gives the lease back. It is not taken again.</summary>
    public async Task ResignAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);

        try
        {
            _resigned = true;
            _heldFor = TimeSpan.Zero;
            await lease.ReleaseAsync(identity.Value, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Counted from before the question, so that it ends here no later than at the store.</summary>
    private bool HoldsStill => Volatile.Read(ref _resigned) is false && time.GetElapsedTime(Volatile.Read(ref _heldAt)) < _heldFor;
}
