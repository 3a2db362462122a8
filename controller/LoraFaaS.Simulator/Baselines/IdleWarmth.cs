using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.KeepAlive;
using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>
/// LoraFaaS with planning switched off and every function scaled to zero when it was idle for so long (<c>com.openfaas.scale.zero-duration</c>): the
/// product's idle policy decides, the sandbox stays, the adapter leaves for the disk.
/// </summary>
internal sealed class IdleWarmth(double seconds) : Warmth
{
    private static readonly KeepAliveDefaults Defaults = new();

    private readonly KeepAliveRule _rule = new() { ScaleZero = true, ScaleZeroDuration = TimeSpan.FromSeconds(seconds) };

    public override double Interval { get; } = Math.Max(0.05, seconds / 20);

    /// <summary>The sandbox and the backbone are there from the start, as they are on a worker that has served before.</summary>
    public override void Begin(Simulation simulation)
    {
        for (var function = 0; function < simulation.Trace.Functions.Count; function++)
        {
            if (simulation.State.Find(0, function) is null)
            {
                simulation.Preload(0, function);
                Sleep(simulation, 0, function);
            }
        }
    }

    public override void Tick(Simulation simulation)
    {
        var state = simulation.State;

        for (var device = 0; device < state.Cluster.Devices; device++)
        {
            for (var function = 0; function < state.Trace.Functions.Count; function++)
            {
                var at = state.AdapterAt(device, function);

                if (state.Adapters[at] == (byte)StorageTier.Device && state.AdapterCalls[at] == 0 && Decide(simulation.Now - state.AdapterUse[at]) is KeepAliveDecision.ScaleToZero)
                {
                    Sleep(simulation, device, function);
                }
            }
        }
    }

    public override double KeepFor(Simulation simulation, SandboxState sandbox) => double.PositiveInfinity;

    private static void Sleep(Simulation simulation, int device, int function)
    {
        simulation.State.DropAdapter(device, function, simulation.Now);
        simulation.State.Adapters[simulation.State.AdapterAt(device, function)] = (byte)StorageTier.Disk;
    }

    private KeepAliveDecision Decide(double idle) => IdlePolicy.Decide(
        new AdapterIdleSnapshot { Tier = StorageTier.Device, Idle = TimeSpan.FromSeconds(idle), DesiredReplicas = 1, Rule = _rule, DeviceUse = 0 }, Defaults);
}
