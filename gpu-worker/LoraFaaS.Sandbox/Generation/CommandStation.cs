using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Adapters;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Opening;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>Carries out commands between steps: generations begin, are admitted, credited and cancelled; adapters come and go.</summary>
internal sealed class CommandStation(
    OpenedSandbox sandbox, SequenceTable table, SequenceEnds ends, EventDelivery delivery, PrefixKeeper prefixes, LeaseKeeper lease, Outbox outbox, TimeProvider time, JsonLog log)
{
    /// <summary>Generations under way at once, running or not. The worker queues before it comes to this.</summary>
    private const int MaxSequences = 8_192;

    /// <summary>Aim of a function that states none: late enough to go behind those that do, near enough to be overtaken for a short while only.</summary>
    private static readonly TimeSpan DefaultAim = TimeSpan.FromSeconds(10);

    /// <summary>Aim of what nobody waits for: behind everybody.</summary>
    private static readonly TimeSpan PrefixAim = TimeSpan.FromDays(1);

    private readonly AdapterBook _adapters = new(sandbox.Engine.Adapters);
    private readonly PrefixImages _images = new(sandbox, prefixes, delivery, log);

    public bool IsDraining { get; private set; }

    /// <summary>Sequences may run on adapters that are still coming.</summary>
    public bool HasArriving => _adapters.HasArriving;

    public void Carry(LoopCommand command)
    {
        switch (command)
        {
            case LoopCommand.Begin begin:
                Begin(begin);
                break;
            case LoopCommand.AdapterExpected expected:
                _adapters.Expect(expected.Digest);
                break;
            case LoopCommand.AdapterArrived arrived:
                Arrive(arrived);
                break;
            case LoopCommand.AdapterBegun begun:
                _adapters.Begin(begun.Adapter);
                AdmitAwaiting(begun.Adapter.Digest);
                break;
            case LoopCommand.AdapterWhole whole:
                Complete(whole.Adapter);
                whole.Adapter.Handle!.Settle(sandbox.Engine.Pages);
                whole.Adapter.Dispose();
                break;
            case LoopCommand.AdapterLost lost:
                Lose(lost.Adapter);
                break;
            case LoopCommand.AdapterMissing missing:
                Miss(missing);
                break;
            case LoopCommand.UnloadAdapter unload:
                Unload(unload.Digest);
                break;
            case LoopCommand.Lease leased:
                lease.Change(leased.Bytes);
                break;
            case LoopCommand.DropPrefix drop:
                prefixes.Drop(drop.Name);
                break;
            case LoopCommand.SavePrefix save:
                _images.Save(save);
                break;
            case LoopCommand.RestorePrefix restore:
                _images.Restore(restore);
                break;
            case LoopCommand.NotRestored refused:
                delivery.FailPrefix(refused.Name, refused.Problem);
                break;
            case LoopCommand.Drain:
                IsDraining = true;
                break;
            case LoopCommand.OfSequence addressed:
                // One that has just ended is no error: both sides were right when they spoke.
                if (table.TryFind(addressed.Sequence, out var sequence))
                {
                    Carry(sequence, addressed);
                }

                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Of the time that its step took, what it waited for its adapter.</summary>
    public TimeSpan Awaited(LiveSequence sequence) => _adapters.Awaited(sequence.AdapterDigest);

    /// <summary>A step has waited for the last of its adapter: the worker hears that it is here before it hears of a token.</summary>
    public void CompleteArrivals()
    {
        foreach (var arriving in _adapters.Completed)
        {
            Complete(arriving);
        }
    }

    /// <summary>Its step was given up because its adapter did not come in time: nothing of it counts, and it waits until the adapter is whole, or lost.</summary>
    public void PutBack(LiveSequence sequence)
    {
        sequence.Preempt();
        sequence.Release();
        table.Prompts.Remove(sequence);
        sequence.Stage = SequenceStage.AwaitingAdapter;
    }

    /// <summary>Unloads adapters that were to go and whose last sequence has ended.</summary>
    public void SweepAdapters()
    {
        foreach (var digest in _adapters.Sweep())
        {
            SayUnloaded(digest);
        }
    }

    private void Carry(LiveSequence sequence, LoopCommand.OfSequence command)
    {
        switch (command)
        {
            case LoopCommand.Prepared prepared:
                sequence.Prepared = prepared.Generation;
                Admit(sequence);
                break;
            case LoopCommand.NotPrepared refused:
                ends.Fail(sequence, refused.Problem);
                break;
            case LoopCommand.Cancel cancel:
                ends.Fail(sequence, Aborted.Because(cancel.Cause), cancel.Cause);
                break;
            case LoopCommand.Credit credit:
                sequence.Grant(credit.Credits);
                delivery.Flush(sequence);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Begin(LoopCommand.Begin begin)
    {
        if (table.TryFind(begin.Sequence, out _))
        {
            log.Error("The worker used a sequence number twice; the second generation is ignored", null, ("sequence", begin.Sequence));
            return;
        }

        if (IsDraining)
        {
            Refuse(begin, new Problem(ErrorCode.Draining, "The sandbox is draining."), AbortCause.Drain);
            return;
        }

        if (table.Count >= MaxSequences)
        {
            Refuse(begin, new Problem(ErrorCode.QueueFull, $"The sandbox has {table.Count} generations under way."), AbortCause.None);
            return;
        }

        var aim = begin.Prefix is not null ? PrefixAim : begin.SloTtft ?? DefaultAim;
        table.Add(begin, time.GetTimestamp() + (long)(aim.TotalSeconds * time.TimestampFrequency), new SequenceTimes(time));
    }

    private void Refuse(LoopCommand.Begin begin, Problem problem, AbortCause cause)
    {
        if (begin.Prefix is { } prefix)
        {
            delivery.FailPrefix(prefix, problem);
            return;
        }

        delivery.Fail(begin.Sequence, problem, cause);
    }

    /// <summary>The prompt has come, or the adapter: with both, the planner may have the sequence.</summary>
    private void Admit(LiveSequence sequence)
    {
        if (sequence.AdapterDigest.Length > 0 && _adapters.Find(sequence.AdapterDigest) is var adapter)
        {
            if (adapter is null && _adapters.IsExpected(sequence.AdapterDigest))
            {
                sequence.Times.Prepared();
                sequence.Stage = SequenceStage.AwaitingAdapter;
                return;
            }

            if (adapter is null)
            {
                ends.Fail(sequence, new Problem(ErrorCode.NotResident, $"Adapter {sequence.AdapterDigest} is not loaded in this sandbox."));
                return;
            }

            sequence.Hold(adapter);
        }

        if (sandbox.Engine.Kv.Layout.PagesFor(sequence.Generation.Tokens.Length + 1) > sandbox.Engine.Pages.Limit)
        {
            ends.Fail(sequence, new Problem(ErrorCode.NoCapacity, "The prompt's keys and values need more than the sandbox's whole device memory.", "prompt"));
            return;
        }

        sequence.Stage = SequenceStage.Live;
        sequence.Times.Ready();

        // A resumed generation may have had everything but its last event.
        if (sequence.Generation.Resumed is { } reason)
        {
            SequenceEnds.Start(sequence);
            ends.Finish(sequence, reason);
            return;
        }

        table.Prompts.Add(sequence);
    }

    private void Complete(ArrivingAdapter arriving)
    {
        var handle = arriving.Handle!;

        if (handle.TryComplete() && _adapters.TryEndArrival(arriving))
        {
            Arrive(new LoopCommand.AdapterArrived(arriving.Digest, handle, arriving.Elapsed));
        }
    }

    private void Lose(ArrivingAdapter lost)
    {
        _adapters.TryEndArrival(lost);

        if (lost.Handle is { } handle)
        {
            foreach (var sequence in table.All.Where(sequence => sequence.Adapter == handle).ToList())
            {
                PutBack(sequence);
            }

            sandbox.Engine.Adapters.TryUnload(handle);
        }

        lost.Dispose();
        Miss(new LoopCommand.AdapterMissing(lost.Digest, new Problem(ErrorCode.NotResident, "The worker gave up loading it.")));
    }

    private void Arrive(LoopCommand.AdapterArrived arrived)
    {
        var adapter = _adapters.Arrive(arrived.Digest, arrived.Adapter);

        outbox.Post(new FromSandbox
        {
            AdapterLoaded = new AdapterLoaded
            {
                AdapterDigest = arrived.Digest,
                DeviceBytes = adapter.DeviceBytes,
                LoadMs = arrived.LoadTime.TotalMilliseconds,
            },
        });

        AdmitAwaiting(arrived.Digest);
    }

    private void Miss(LoopCommand.AdapterMissing missing)
    {
        _adapters.Miss(missing.Digest);

        outbox.Post(new FromSandbox
        {
            AdapterRefused = new AdapterRefused
            {
                AdapterDigest = missing.Digest,
                Code = missing.Problem.Code.ToWire(),
                Message = missing.Problem.ToString(),
            },
        });

        AdmitAwaiting(missing.Digest);
    }

    private void AdmitAwaiting(string digest)
    {
        foreach (var sequence in table.Awaiting(digest))
        {
            Admit(sequence);
        }
    }

    private void Unload(string digest)
    {
        prefixes.DropOf(digest);

        // One that is not here is already where the worker wants it.
        if (!_adapters.TryLeave(digest))
        {
            SayUnloaded(digest);
        }
    }

    private void SayUnloaded(string digest) =>
        outbox.Post(new FromSandbox { AdapterUnloaded = new AdapterUnloaded { AdapterDigest = digest } });
}
