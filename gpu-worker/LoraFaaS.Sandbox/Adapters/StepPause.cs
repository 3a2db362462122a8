using LoraFaaS.Engine.Compute;
using LoraFaaS.Sandbox.Generation;
using LoraFaaS.Sandbox.Turns;

namespace LoraFaaS.Sandbox.Adapters;

/// <summary>A step that has to wait for something else than the device gives its turn to others meanwhile, and its threads sleep. Used by the engine loop alone.</summary>
internal sealed class StepPause(TurnTaker turns, IComputeBackend backend, LoopInbox inbox)
{
    /// <summary>Nobody wants the step any more: the process ends.</summary>
    public bool IsOver => inbox.IsClosed;

    public void Begin()
    {
        backend.Pause();
        turns.Rest();
    }

    /// <summary>False: <see cref="IsOver"/>, and the turn is not ours.</summary>
    public bool TryEnd()
    {
        while (!turns.TryTake())
        {
            if (IsOver)
            {
                return false;
            }
        }

        return true;
    }
}
