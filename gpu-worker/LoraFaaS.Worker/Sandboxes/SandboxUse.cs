using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>A sandbox that is not stopped for being idle until this is disposed.</summary>
internal sealed class SandboxUse(ResidentSandbox sandbox, bool wasWarm) : IDisposable
{
    private int _ended;

    public ResidentSandbox Sandbox { get; } = sandbox;

    /// <summary>It was there when asked for.</summary>
    public bool WasWarm { get; } = wasWarm;

    /// <summary>The waiter's own time, split as the sandbox told: it may have come when the start was half done.</summary>
    public ColdStart Account(TimeSpan waited)
    {
        if (WasWarm)
        {
            return new ColdStart { SandboxWarm = true, BackboneTier = (int)StorageTier.Device };
        }

        var times = Sandbox.Times;
        var map = Min(times.Map + Sandbox.PackTime, waited);
        var kernels = Min(times.Kernels, waited - map);

        return new ColdStart
        {
            MapMs = map.TotalMilliseconds,
            KernelsMs = kernels.TotalMilliseconds,
            SandboxMs = (waited - map - kernels).TotalMilliseconds,
            BackboneTier = (int)Sandbox.BackboneTier,
        };
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            Sandbox.Uses.End();
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
