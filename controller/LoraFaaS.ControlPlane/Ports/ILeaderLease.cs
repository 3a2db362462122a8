namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// One controller leads the loops. The lease is fenced: its token rises with every new holder, and a write that carries an old
/// token is refused by who checks it.
/// </summary>
public interface ILeaderLease
{
    /// <summary>Takes or renews the lease; null when another controller holds it. An expired lease is taken anew, with a higher token.</summary>
    Task<LeaseGrant?> TryHoldAsync(string controllerId, TimeSpan duration, CancellationToken cancellationToken);

    Task ReleaseAsync(string controllerId, CancellationToken cancellationToken);
}
