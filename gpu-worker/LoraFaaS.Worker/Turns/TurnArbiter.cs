using System.Collections.Concurrent;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Synchronization;
using LoraFaaS.Protocol.Turns;
using LoraFaaS.Worker.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Turns;

/// <summary>
/// Lets the sandboxes of this device step in turns, one alone or a few at once. One thread owns all grants; it sleeps until some sandbox's word changes. It decides ahead: while one
/// steps, the next is already named, and takes over from the former's word directly, so that no hand-over waits for this thread. See
/// decisions/0004.
/// </summary>
internal sealed partial class TurnArbiter : IDisposable
{
    /// <summary>Nothing to wait for but a change.</summary>
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(10);

    private readonly ILogger<TurnArbiter> _logger;
    private readonly TimeProvider _time;
    private readonly SharedPage _bell = SharedPage.Create("lorafaas-turns");
    private readonly ConcurrentQueue<TurnChange> _changes = new();
    private readonly TurnTable _table;
    private readonly FutexWord[] _words = new FutexWord[Futex.MostWords];
    private readonly Thread? _thread;
    private readonly Lock _gate = new();
    private readonly bool[] _taken = new bool[TurnPages.MostSlots];
    private volatile bool _stopping;

    public TurnArbiter(IOptions<WorkerOptions> options, TimeProvider time, ILogger<TurnArbiter> logger)
    {
        _logger = logger;
        _time = time;
        var (worker, processors) = (options.Value, Environment.ProcessorCount);
        _table = new TurnTable(worker.TurnLimit, worker.TurnQuantum, worker.SandboxThreads(processors), worker.TurnLanes, processors, time, LogOverrun);

        if (!worker.TakeTurns)
        {
            LogFree("Worker:TakeTurns is false.");
            return;
        }

        if (Futex.WaitAny([new FutexWord(_bell, 0, 0)], TimeSpan.Zero) is FutexOutcome.Unsupported)
        {
            LogFree("this kernel has no futex_waitv (Linux 5.16).");
            return;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "turn-arbiter" };
        _thread.Start();
    }

    /// <summary>A place for a sandbox; null when nobody arbitrates, or every place is taken.</summary>
    /// <param name="owner">Who is charged for its turns.</param>
    /// <param name="show">Passes another slot's word on to the sandbox; false: not now.</param>
    public TurnMember? Join(string owner, Func<int, SharedPage, bool> show)
    {
        if (_thread is null || _stopping || TakeIndex() is not { } index)
        {
            return null;
        }

        var grant = SharedPage.Create("lorafaas-turn-grant");
        grant.CloseToWriters();
        var word = SharedPage.Create("lorafaas-turn-word");
        var slot = new TurnSlot(index, owner, grant, word, show, _time);
        Post(new TurnChange.Came(slot));
        return new TurnMember(this, slot, grant, word);
    }

    /// <summary>Charges a namespace for what it costs the device beside its turns: a load, an eviction it caused.</summary>
    public void Charge(string owner, TimeSpan cost) => Post(new TurnChange.Charged(owner, cost.TotalSeconds));

    public void Dispose()
    {
        _stopping = true;
        _bell.Ring(0);
        _thread?.Join();
        _bell.Dispose();
    }

    internal TimeSpan Since(long instant) => _time.GetElapsedTime(instant);

    internal void Post(TurnChange change)
    {
        _changes.Enqueue(change);

        if (!_stopping)
        {
            _bell.Ring(0);
        }
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                var rung = _bell.Read(0);
                TakeChanges();
                var wake = _table.Decide();
                Wait(rung, wake ?? LongWait);
            }
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
        finally
        {
            _stopping = true;
            TakeChanges();
            _table.FreeAll();
        }
    }

    private void Wait(uint rung, TimeSpan limit)
    {
        var count = 0;
        _words[count++] = new FutexWord(_bell, 0, rung);

        foreach (var slot in _table.Slots)
        {
            _words[count++] = new FutexWord(slot.WordPage, TurnPages.Word, slot.Seen.Bits);
        }

        if (limit > TimeSpan.Zero)
        {
            Futex.WaitAny(_words.AsSpan(0, count), limit);
        }
    }

    private void TakeChanges()
    {
        while (_changes.TryDequeue(out var change))
        {
            switch (change)
            {
                case TurnChange.Came came:
                    _table.Add(came.Slot);
                    break;
                case TurnChange.Joined joined:
                    // Its only writer has it mapped by now; whoever is shown it later can only read.
                    joined.Slot.WordPage.CloseToWriters();
                    joined.Slot.IsJoined = true;
                    break;
                case TurnChange.Gone gone:
                    _table.Remove(gone.Slot);
                    GiveIndex(gone.Slot.Index);
                    break;
                case TurnChange.Charged charged:
                    _table.Charge(charged.Owner, charged.Seconds);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private int? TakeIndex()
    {
        lock (_gate)
        {
            var index = Array.IndexOf(_taken, false);

            if (index < 0)
            {
                return null;
            }

            _taken[index] = true;
            return index;
        }
    }

    private void GiveIndex(int index)
    {
        lock (_gate)
        {
            _taken[index] = false;
        }
    }
}
