using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Handover;

/// <summary>How this process goes: told to stop, or succeeded by another that has its doors.</summary>
internal sealed class Leaving(IOptions<GatewayOptions> options, IOptions<HostOptions> host, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private volatile bool _isUnderWay;

    /// <summary>Every answer tells its caller to come again on another connection.</summary>
    public bool IsUnderWay => _isUnderWay;

    /// <summary>Another has the doors: who routes here has nothing to learn.</summary>
    public bool IsSucceeded { get; private set; }

    /// <summary>From now on callers are told.</summary>
    public void Announce() => _isUnderWay = true;

    /// <summary>
    /// The doors have been handed on. Who keeps a connection open is told with the next answer; only connections that were idle all that time are closed unasked. Then the host stops, with
    /// time for what runs: nobody waits for this process.
    /// </summary>
    public async Task GoAsync(CancellationToken stopping)
    {
        IsSucceeded = true;
        Announce();
        await Task.Delay(options.Value.LeaveDelay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        host.Value.ShutdownTimeout = options.Value.HandoverGrace;
        lifetime.StopApplication();
    }
}
