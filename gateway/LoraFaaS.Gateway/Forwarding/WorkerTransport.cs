using System.Collections.Concurrent;
using LoraFaaS.Gateway.Forwarding.Wire;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// The connections to workers: HTTP/1.1, kept alive, used by one call at a time. Each is proven by both ends before its first call, since who listens where a
/// worker did is not known.
/// </summary>
internal sealed class WorkerTransport : IDisposable
{
    /// <summary>Workers come back under new ports; what is no longer asked for is let go with the rest.</summary>
    private const int MostAddresses = 1_000;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, WorkerAddress> _addresses = new(StringComparer.Ordinal);
    private readonly ProvenDialer _dialer;
    private readonly PeerAuthority _authority;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;

    public WorkerTransport(IOptions<GatewayOptions> options, InternalToken token, PeerAuthority authority, TimeProvider time)
    {
        (_time, _authority) = (time, authority);
        _dialer = new ProvenDialer(token, options.Value.ConnectTimeout, options.Value.ProofTimeout, time);
        _sweep = time.CreateTimer(static state => ((WorkerTransport)state!).Sweep(), this, SweepInterval, SweepInterval);
    }

    public WorkerAddress AddressOf(string url)
    {
        if (_addresses.TryGetValue(url, out var known))
        {
            return known;
        }

        if (_addresses.Count >= MostAddresses)
        {
            CloseAll();
        }

        return _addresses.GetOrAdd(url, static (url, time) => new WorkerAddress(new Uri(url), new IdleLinks(time, static () => InlineSockets.Here)), _time);
    }

    /// <summary>A new connection, proven.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">Nobody accepted.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">Its certificate is not to be believed.</exception>
    /// <exception cref="IOException">It broke off, or (<see cref="UnprovenPeerException"/>) is no worker of this platform.</exception>
    public async ValueTask<WorkerLink> DialAsync(WorkerAddress address, CancellationToken cancellationToken) =>
        new(await _dialer.DialAsync(address.EndPoint, address.Authority, address.IsTls ? _authority.ClientOptions(address.EndPoint.Host) : null, cancellationToken), _time.GetTimestamp());

    public void Dispose()
    {
        _sweep.Dispose();
        CloseAll();
    }

    private void Sweep()
    {
        foreach (var address in _addresses.Values)
        {
            address.Idle.Sweep();
        }
    }

    private void CloseAll()
    {
        foreach (var url in _addresses.Keys)
        {
            if (_addresses.TryRemove(url, out var address))
            {
                address.Idle.Dispose();
            }
        }
    }
}
