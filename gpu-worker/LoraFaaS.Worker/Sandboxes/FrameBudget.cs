using LoraFaaS.Protocol.Sandbox;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Frames a sandbox may send without being asked: events are bounded by credits, answers by questions, and the rest by this, so that one
/// that does nothing but talk does not take the worker's processor from the others.
/// </summary>
internal sealed class FrameBudget(TimeProvider time)
{
    /// <summary>An honest one reports its load ten times a second, and answers as many unloads and pings as there were.</summary>
    private const int FramesEachPeriod = 10_000;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private long _began = time.GetTimestamp();
    private int _spent;

    /// <summary>False: it talks too much, and is to be cut off.</summary>
    public bool TrySpend(FromSandbox frame)
    {
        if (frame.KindCase is FromSandbox.KindOneofCase.Event)
        {
            return true;
        }

        if (time.GetElapsedTime(_began) > Period)
        {
            (_began, _spent) = (time.GetTimestamp(), 0);
        }

        return ++_spent <= FramesEachPeriod;
    }
}
