using System.Diagnostics;
using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// The load upon one thread, which sends, receives, and sleeps until the next of either: what it takes of the processors is little, comes in small pieces, and is the same for each door. While it counts it
/// allocates nothing.
/// </summary>
internal sealed class LoadLoop : IDisposable
{
    private const long Patience = 30_000_000_000;

    private readonly SocketWait _wait = new();
    private readonly LoadClient[] _clients;
    private readonly byte[] _body;
    private readonly double? _rate;
    private readonly LoadHistogram _fromDue = new();
    private readonly LoadHistogram _fromSent = new();
    private readonly int[] _ready;
    private LoadPace _pace;
    private long _end;
    private long _released;
    private int _waiting;
    private int _failures;

    /// <param name="rate">Calls a second of all together; null: each client calls again when it is answered.</param>
    /// <param name="body">That each answer must have; empty: any.</param>
    public LoadLoop(IEnumerable<LoadClient> clients, double? rate, byte[] body)
    {
        (_rate, _body) = (rate, body);
        _clients = [.. clients];
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
        (_released, _waiting, _failures) = (0, 0, 0);
        var (methods, allocated) = (System.Runtime.JitInfo.GetCompiledMethodCount(), GC.GetAllocatedBytesForCurrentThread());
        var begun = Stopwatch.GetTimestamp();
        Begin(begun, stretch);

        while (Step())
        {
        }

        var elapsed = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        (methods, allocated) = (System.Runtime.JitInfo.GetCompiledMethodCount() - methods, GC.GetAllocatedBytesForCurrentThread() - allocated);
        return new LoadResult((int)_fromDue.Count, _failures, elapsed, _fromDue.Times(), _fromSent.Times()) { CompiledMethods = (int)methods, AllocatedBytes = allocated };
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

        for (var i = 0; i < _clients.Length; i++)
        {
            _clients[i].Number = i;

            if (_rate is null)
            {
                Send(_clients[i], begun, Stopwatch.GetTimestamp());
            }
        }
    }

    /// <summary>False: all that was to be called has been answered.</summary>
    private bool Step()
    {
        Release();

        if (_released == _pace.Calls && _waiting == 0)
        {
            return false;
        }

        var isMore = _released < _pace.Calls;
        var count = _wait.Wait(_ready, isMore ? _pace.DueAt(_released) : Stopwatch.GetTimestamp() + Patience);

        if (count == 0 && !isMore)
        {
            throw new TimeoutException($"{_waiting} calls were not answered.");
        }

        foreach (var index in _ready.AsSpan(0, count))
        {
            Receive(_clients[index]);
        }

        return true;
    }

    /// <summary>Sends what is due; a client that waits for an answer sends when it has it.</summary>
    private void Release()
    {
        for (long now; _released < _pace.Calls && _pace.DueAt(_released) <= (now = Stopwatch.GetTimestamp()); _released++)
        {
            var client = _clients[_released % _clients.Length];

            if (!client.IsWaiting)
            {
                SendNext(client, now);
            }
        }
    }

    private void Receive(LoadClient client)
    {
        if (!client.Receive())
        {
            return;
        }

        var now = Stopwatch.GetTimestamp();
        _waiting--;
        _fromDue.Add(now - client.DueAt);
        _fromSent.Add(now - client.SentAt);
        _failures += client.IsGood(_body) ? 0 : 1;

        if (_rate is null)
        {
            if (now < _end)
            {
                Send(client, now, now);
            }
        }
        else if (client.Number < _released)
        {
            SendNext(client, now);
        }
    }

    private void SendNext(LoadClient client, long now)
    {
        Send(client, _pace.DueAt(client.Number), now);
        client.Number += _clients.Length;
    }

    private void Send(LoadClient client, long dueAt, long now)
    {
        client.Send(dueAt, now);
        _waiting++;
    }
}
