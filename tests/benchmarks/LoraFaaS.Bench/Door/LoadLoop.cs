using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// The load upon one thread: without a rate it sends again what was answered, as soon as it is woken; at a pace it wakes once a period, and how late it is itself is in no answer's time, since the kernel
/// says when each had come. While it counts it allocates nothing.
/// </summary>
internal sealed class LoadLoop : IDisposable
{
    private const long Patience = 30_000_000_000;

    /// <summary>What is late is listed from here on, in nanoseconds: the most that a door may add to one call in a hundred.</summary>
    private const long Late = 1_000_000;

    private readonly SocketWait _wait = new();
    private readonly StampedReceive _receive = new();
    private readonly LoadClient[] _clients;
    private readonly byte[] _body;
    private readonly double? _rate;
    private readonly bool _pooled;
    private readonly LoadHistogram _fromDue = new();
    private readonly LoadHistogram _fromSent = new();
    private readonly LoadHistogram _untilSent = new();
    private readonly LateCalls _late = new(Late);
    private readonly int[] _ready;
    private LoadPace _pace;
    private IDueCalls _calls;
    private long _end;
    private long _due;
    private int _waiting;
    private int _failures;

    /// <param name="rate">Calls a second of all together; null: each client calls again when it is answered.</param>
    /// <param name="body">That each answer must have; empty: any.</param>
    /// <param name="pooled">At a pace: any connection that is free makes the next call; otherwise each has calls of its own.</param>
    public LoadLoop(IEnumerable<LoadClient> clients, double? rate, byte[] body, bool pooled)
    {
        (_rate, _body, _pooled) = (rate, body, pooled);
        _clients = [.. clients];
        _calls = new OwnCalls(_clients);
        _ready = new int[_clients.Length];

        for (var i = 0; i < _clients.Length; i++)
        {
            _wait.Add(_clients[i].Socket, i);
        }
    }

    public LoadResult Run(TimeSpan stretch)
    {
        _fromDue.Clear();
        _fromSent.Clear();
        _untilSent.Clear();
        _late.Clear();
        (_due, _waiting, _failures) = (0, 0, 0);
        var (ran, waited) = ThreadCounts();
        var (methods, allocated) = (System.Runtime.JitInfo.GetCompiledMethodCount(), GC.GetAllocatedBytesForCurrentThread());
        var begun = Stopwatch.GetTimestamp();
        Begin(begun, stretch);

        while (Step())
        {
        }

        var elapsed = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        (methods, allocated) = (System.Runtime.JitInfo.GetCompiledMethodCount() - methods, GC.GetAllocatedBytesForCurrentThread() - allocated);
        var (ranAfter, waitedAfter) = ThreadCounts();
        return new LoadResult((int)_fromDue.Count, _failures, elapsed, _fromDue.Times(), _fromSent.Times())
        {
            CompiledMethods = (int)methods,
            AllocatedBytes = allocated,
            UntilSent = _untilSent.Times(),
            Late = _rate is null ? [] : _late.Stretches(begun),
            BegunAt = begun,
            RanMicros = (ranAfter - ran) / 1e3 / _fromDue.Count,
            WaitedMicros = (waitedAfter - waited) / 1e3 / _fromDue.Count,
        };
    }

    /// <summary>Nanoseconds that this thread has run, and waited for a processor, until now.</summary>
    private static (long Ran, long Waited) ThreadCounts()
    {
        var counts = File.ReadAllText("/proc/thread-self/schedstat").Split(' ');
        return (long.Parse(counts[0], CultureInfo.InvariantCulture), long.Parse(counts[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        _wait.Dispose();
    }

    private void Begin(long begun, TimeSpan stretch)
    {
        _end = begun + (long)stretch.TotalNanoseconds;
        _pace = LoadPace.Over(stretch, _rate ?? 0, begun);

        _calls = _pooled ? new PooledCalls(_clients) : new OwnCalls(_clients);

        if (_rate is null)
        {
            foreach (var client in _clients)
            {
                Send(client, begun, Stopwatch.GetTimestamp());
            }
        }
    }

    /// <summary>False: all that was to be called has been answered.</summary>
    private bool Step() => _rate is null ? StepAtOnce() : StepAtPace();

    private bool StepAtOnce()
    {
        if (_waiting == 0)
        {
            return false;
        }

        var count = _wait.Wait(_ready, Stopwatch.GetTimestamp() + Patience);

        if (count == 0)
        {
            throw new TimeoutException($"{_waiting} calls were not answered.");
        }

        foreach (var index in _ready.AsSpan(0, count))
        {
            if (_clients[index].Receive(_receive) && Count(_clients[index], Stopwatch.GetTimestamp()) is var now && now < _end)
            {
                Send(_clients[index], now, now);
            }
        }

        return true;
    }

    /// <summary>Once a period: what was answered meanwhile is counted by when it had come, and what is due is sent.</summary>
    private bool StepAtPace()
    {
        foreach (var index in _ready.AsSpan(0, _wait.Wait(_ready, until: 0)))
        {
            if (_clients[index].Receive(_receive))
            {
                Count(_clients[index], _clients[index].AnsweredAt);
                _calls.Free(_clients[index]);
                SendDue();
            }
        }

        var now = Stopwatch.GetTimestamp();

        while (_due < _pace.Calls && _pace.DueAt(_due) <= now)
        {
            _due++;
        }

        SendDue();

        if (_due == _pace.Calls && (_waiting == 0 || now > _end + Patience))
        {
            return _waiting == 0 ? false : throw new TimeoutException($"{_waiting} calls were not answered.");
        }

        Scheduling.SleepUntil(_pace.After(Stopwatch.GetTimestamp()));
        return true;
    }

    private void SendDue()
    {
        while (_calls.TryTake(_due, out var client, out var number))
        {
            Send(client, _pace.DueAt(number), Stopwatch.GetTimestamp());
        }
    }

    private long Count(LoadClient client, long answeredAt)
    {
        _waiting--;
        _fromDue.Add(answeredAt - client.DueAt);
        _late.Add(client.DueAt, answeredAt - client.DueAt);
        _fromSent.Add(answeredAt - client.SentAt);
        _failures += client.IsGood(_body) ? 0 : 1;
        return answeredAt;
    }

    private void Send(LoadClient client, long dueAt, long now)
    {
        client.Send(dueAt, now);
        _untilSent.Add(now - dueAt);
        _waiting++;
    }
}
