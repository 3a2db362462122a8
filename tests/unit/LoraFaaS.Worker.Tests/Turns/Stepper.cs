using LoraFaaS.Linux.Memory;
using LoraFaaS.Sandbox.Turns;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Turns;

namespace LoraFaaS.Worker.Tests.Turns;

/// <summary>A sandbox's side of the arbiter, without an engine: it joins as a process would, by descriptors.</summary>
internal sealed class Stepper : IDisposable
{
    private readonly TurnMember _member;
    private readonly TurnPlace _place;

    public Stepper(TurnArbiter arbiter, string owner, bool seesOthers = true)
    {
        TurnPlace? place = null;
        _member = arbiter.Join(owner, (slot, word) =>
        {
            if (seesOthers && Volatile.Read(ref place) is { } mapped)
            {
                mapped.Show(slot, SharedPage.Open(word.Duplicate(), MemoryAccess.Read));
                return true;
            }

            return false;
        })!;
        _place = new TurnPlace(
            SharedPage.Open(_member.GrantPage.Duplicate(), MemoryAccess.Read),
            SharedPage.Open(_member.WordPage.Duplicate(), MemoryAccess.Read | MemoryAccess.Write));
        Volatile.Write(ref place, _place);
        Turns = new TurnTaker(() => { });
        Turns.Join(_place);
        _member.Joined();
    }

    public TurnTaker Turns { get; }

    public TurnPlace Place => _place;

    public TurnMember Member => _member;

    /// <summary>Takes turns until told to stop; answers how many it had.</summary>
    public Task<int> RunAsync(Action step, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            var steps = 0;

            while (!stop.IsCancellationRequested)
            {
                if (Turns.TryTake())
                {
                    step();
                    steps++;
                    Turns.StepDone();
                }
            }

            Turns.Rest();
            return steps;
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>Steppers of as many namespaces take turns until each has stepped 300 times; answers how often more of the device was in use at once than there is.</summary>
    /// <param name="arbiter">Whose turns.</param>
    /// <param name="count">Steppers.</param>
    /// <param name="seesOthers">False: each hand-over goes through the arbiter.</param>
    /// <param name="capacity">What there is of the device.</param>
    /// <param name="share">What a step takes of it, asked when it begins, as the engine does.</param>
    public static async Task<int> OvercommitsAsync(TurnArbiter arbiter, int count, bool seesOthers, int capacity, Func<Stepper, int> share)
    {
        using var stop = new CancellationTokenSource();
        var steppers = Enumerable.Range(0, count).Select(i => new Stepper(arbiter, $"ns-{i}", seesOthers)).ToList();
        var (used, overcommits, enough) = (0, 0, 0);
        var steps = new int[count];

        var running = steppers.Select((stepper, own) => stepper.RunAsync(
            () =>
            {
                var part = share(stepper);

                if (Interlocked.Add(ref used, part) > capacity)
                {
                    Interlocked.Increment(ref overcommits);
                }

                Thread.SpinWait(50);
                Interlocked.Add(ref used, -part);

                if (++steps[own] == 300 && Interlocked.Increment(ref enough) == count)
                {
                    stop.Cancel();
                }
            },
            stop.Token)).ToList();
        await Patience.ForAsync(Task.WhenAll(running));
        steppers.ForEach(stepper => stepper.Dispose());
        return overcommits;
    }

    /// <summary>Steps are done until the turn is over: a few short ones more may fall into it.</summary>
    public Task EndTurnAsync() => Patience.UntilAsync(() =>
    {
        Turns.StepDone();
        return !Turns.HoldsTurn;
    });

    /// <summary>Waits for a turn and keeps it.</summary>
    public void Take()
    {
        while (!Turns.TryTake())
        {
        }
    }

    public void Dispose()
    {
        _member.Dispose();
        Turns.Dispose();
    }
}
