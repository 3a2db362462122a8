using LoraFaaS.Linux.Memory;
using LoraFaaS.Sandbox.Turns;
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
