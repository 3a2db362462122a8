using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Worker.Turns;

/// <summary>A sandbox's place at the arbiter, as the rest of the worker sees it: its pages to hand over, and what it has promised. Disposed when the sandbox is gone.</summary>
internal sealed class TurnMember(TurnArbiter arbiter, TurnSlot slot, SharedPage grant, SharedPage word) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<TurnPromise> _promises = [];

    public SharedPage GrantPage => grant;

    public SharedPage WordPage => word;

    /// <summary>How long it has had the turn in all; a turn that ends at this moment may be counted twice, until the next look.</summary>
    public TimeSpan Held => slot.HeldBefore + (slot.HoldsSince is not 0 and var since ? arbiter.Since(since) : TimeSpan.Zero);

    /// <summary>The sandbox has mapped its pages.</summary>
    public void Joined() => arbiter.Post(new TurnChange.Joined(slot));

    /// <summary>A first token of it is out: its threads, which wait a moment for that, may go on.</summary>
    public void Heard() => slot.Hear();

    /// <summary>It owes a first token at an instant of the monotonic clock (none: long.MaxValue), until this is disposed.</summary>
    /// <param name="due">When.</param>
    /// <param name="promised">How long its caller was told it would take; null: nothing was said.</param>
    /// <param name="weight">Of its namespace's share.</param>
    public TurnPromise Promise(long due, TimeSpan? promised, double weight)
    {
        var promise = new TurnPromise(this, due, weight);

        if (promised is { } time)
        {
            slot.Remember(time);
        }

        lock (_gate)
        {
            _promises.Add(promise);
            Publish();
        }

        return promise;
    }

    public void Dispose() => arbiter.Post(new TurnChange.Gone(slot));

    /// <summary>A token has come: what follows may press less, or nobody, but counts with the same weight.</summary>
    internal void Keep(TurnPromise promise, long nextDue)
    {
        lock (_gate)
        {
            if (promise.Due != nextDue)
            {
                promise.Due = nextDue;
                Publish();
            }
        }
    }

    internal void End(TurnPromise promise)
    {
        lock (_gate)
        {
            _promises.Remove(promise);
            Publish();
        }
    }

    private void Publish()
    {
        var weight = 0.0;

        foreach (var promise in _promises)
        {
            weight = Math.Max(weight, promise.Weight);
        }

        slot.Dues = [.. _promises.Select(promise => promise.Due).Where(due => due != long.MaxValue).Order()];
        slot.Weight = weight > 0 ? weight : 1;
    }
}
