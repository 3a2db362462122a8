namespace LoraFaaS.ControlPlane.Planning;

/// <summary>The bells of the loops that look at shared state.</summary>
public sealed class LoopSignals(TimeProvider time)
{
    public WakeSignal Routes { get; } = new(time);

    public WakeSignal Backbones { get; } = new(time);

    public WakeSignal KeepAlive { get; } = new(time);

    public WakeSignal Reconcile { get; } = new(time);
}
