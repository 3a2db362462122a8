using System.Diagnostics;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Synchronization;
using LoraFaaS.Policies.Turns;
using LoraFaaS.Protocol.Turns;

namespace LoraFaaS.Sandbox.Turns;

/// <summary>
/// Takes this sandbox's turn before each step and gives it back after. A turn that stands costs two reads of memory; one that others wait for is handed to
/// the next by a change of our word. Waiting spins for a moment, or for a turn that is short where a processor is free for it, then parks in the kernel. Used by the engine loop alone, except for the pages' arrival.
/// Until the worker has given it its pages a sandbox runs as it likes.
/// </summary>
internal sealed class TurnTaker(Action pause) : IDisposable
{
    /// <summary>Longer than it takes the one before to say that it is done, shorter than parking and waking: beside others' work a core is worth more than this.</summary>
    private const int SpinMicroseconds = 10;

    /// <summary>After which the caller gets to look at its other business.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);

    private static readonly long SpinTicks = Stopwatch.Frequency * SpinMicroseconds / 1_000_000;
    private static readonly long LongSpinTicks = (long)(Stopwatch.Frequency * TurnSpinPolicy.Longest.TotalSeconds);

    private readonly FutexWord[] _words = new FutexWord[2];
    private volatile TurnPlace? _place;
    private TurnWord _said;
    private long _begun;
    private uint _spunFor;
    private bool _cannotWatchTwo;

    /// <summary>It may step without asking.</summary>
    public bool HoldsTurn => _place is null || _said.Phase is TurnPhase.Running;

    /// <summary>Most that the next step ought to take, for others' sake; null: whatever it takes.</summary>
    public TimeSpan? LongestStep => _place is { } place && place is { Grant.Free: false, Slice.Step: > 0 and var step } ? TimeSpan.FromMicroseconds(step) : null;

    /// <summary>Threads of the next step; null: all.</summary>
    public int? Threads => _place is { } place && place is { Grant.Free: false, Slice.Threads: > 0 and var threads } ? threads : null;

    /// <summary>The worker's pages have come.</summary>
    public void Join(TurnPlace place) => _place = place;

    public TurnPlace? Place => _place;

    /// <summary>True: the turn is ours. False: not yet; ask again.</summary>
    public bool TryTake()
    {
        if (_place is not { } place || _said.Phase is TurnPhase.Running)
        {
            return true;
        }

        // What is kept from before is tried first: nobody needs to be asked for it.
        if (TryEnter(place))
        {
            return true;
        }

        if (_said.Phase is not TurnPhase.Waiting)
        {
            Say(place, TurnPhase.Waiting, wake: true);
        }

        if (TrySpin(place))
        {
            return true;
        }

        // Read before the last look: what changes after it does not let us sleep.
        var signal = place.Signal;

        if (TryEnter(place))
        {
            return true;
        }

        Park(place, signal);
        return TryEnter(place);
    }

    /// <summary>A step is done. Unless the turn stands, or others can spare us a few steps more, it goes to the next; our own threads do not spin beside its step.</summary>
    public void StepDone()
    {
        if (_place is not { } place || _said.Phase is not TurnPhase.Running)
        {
            return;
        }

        var grant = place.Grant;

        if (!grant.Free && (grant.Turn != _said.Turn || !(grant.Standing || MayGoOn(place))))
        {
            Say(place, TurnPhase.Waiting, wake: true);
            pause();
        }
    }

    /// <summary>Nothing to run: a standing turn is kept, any other given back.</summary>
    public void Rest()
    {
        if (_place is not { } place || _said.Phase is TurnPhase.Idle or TurnPhase.Resting)
        {
            return;
        }

        var stands = _said.Phase is TurnPhase.Running && place.Grant is { Standing: true } grant && grant.Turn == _said.Turn;
        Say(place, stands ? TurnPhase.Resting : TurnPhase.Idle, wake: true);
    }

    public void Dispose() => _place?.Dispose();

    private bool MayGoOn(TurnPlace place) => Stopwatch.GetElapsedTime(_begun).TotalMicroseconds < place.Slice.Turn;

    private void Say(TurnPlace place, TurnPhase phase, bool wake)
    {
        _said = new TurnWord(phase, _said.Turn);
        place.Say(_said);

        if (wake)
        {
            Futex.Wake(place.Word, TurnPages.Word);
        }
    }

    private bool TryEnter(TurnPlace place)
    {
        var grant = place.Grant;

        if (grant.Free)
        {
            return TryRun(place, _said.Turn);
        }

        // A turn that we have ended is not ours again, though the worker may not have seen it end; one that we rest in still is.
        if (grant.Turn != 0 && (grant.Turn != _said.Turn || _said.Phase is TurnPhase.Resting))
        {
            return TryRun(place, grant.Turn);
        }

        var succession = place.Succession;

        return !succession.IsNone
            && succession.Turn != _said.Turn
            && place.Other(succession.Slot) is { } other
            && TurnWord.Of(other.Read(TurnPages.Word)).HasEnded(succession.Before)
            && TryRun(place, succession.Turn);
    }

    /// <summary>Says that we run, then looks whether the turn is still ours: the worker writes first and looks at our word after, so one of us gives way.</summary>
    private bool TryRun(TurnPlace place, uint turn)
    {
        var before = _said;
        _said = new TurnWord(TurnPhase.Running, turn);
        place.Say(_said);

        var grant = place.Grant;

        if (grant.Free || grant.Turn == turn || place.Succession.Turn == turn)
        {
            _begun = Stopwatch.GetTimestamp();
            return true;
        }

        // A rest that was taken away has ended its turn.
        _said = new TurnWord(TurnPhase.Waiting, before.Turn);
        place.Say(_said);
        Futex.Wake(place.Word, TurnPages.Word);
        return false;
    }

    /// <summary>True: the turn came meanwhile.</summary>
    private bool TrySpin(TurnPlace place)
    {
        var until = Stopwatch.GetTimestamp() + SpinTicks;

        do
        {
            if (TryEnter(place))
            {
                return true;
            }

            Thread.SpinWait(4);
        }
        while (Stopwatch.GetTimestamp() < until || GoesOnSpinning(place, ref until));

        return false;
    }

    /// <summary>Once for each turn that it is named for, and only where no step needs the processor.</summary>
    private bool GoesOnSpinning(TurnPlace place, ref long until)
    {
        if (place.Succession is not { IsNone: false, Turn: var next } || next == _spunFor || next == _said.Turn || !place.Slice.Spins)
        {
            return false;
        }

        (_spunFor, until) = (next, until + LongSpinTicks);
        return true;
    }

    private void Park(TurnPlace place, uint signal)
    {
        var succession = place.Succession;
        _words[0] = new FutexWord(place.Grants, TurnPages.Signal, signal);

        if (!_cannotWatchTwo && !succession.IsNone && succession.Turn != _said.Turn && place.Other(succession.Slot) is { } other)
        {
            var seen = other.Read(TurnPages.Word);

            if (TurnWord.Of(seen).HasEnded(succession.Before))
            {
                return;
            }

            _words[1] = new FutexWord(other, TurnPages.Word, seen);

            if (Futex.WaitAny(_words, Slice) is not FutexOutcome.Unsupported)
            {
                return;
            }

            // A filter may forbid the newer call: then every hand-over goes through the worker.
            _cannotWatchTwo = true;
        }

        Futex.Wait(_words[0], Slice);
    }
}
