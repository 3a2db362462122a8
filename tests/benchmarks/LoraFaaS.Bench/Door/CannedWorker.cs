using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LoraFaaS.Bench.Machine;
using LoraFaaS.ServiceDefaults.Trust;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// A worker's data plane whose every answer is ready beforehand, so that what is measured is what stands before it: one thread for all connections, which allocates nothing for a call and sleeps when
/// it has answered. It can hold streams open after their first token.
/// </summary>
internal sealed class CannedWorker : IDisposable
{
    private const int Listener = -2;
    private const int MostReady = 256;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
    private readonly SocketWait _wait = new();
    private readonly List<CannedCaller?> _callers = [];
    private readonly Stack<int> _places = [];
    private readonly List<CannedCaller> _held = [];
    private readonly Thread _thread;
    private volatile bool _holds;
    private volatile bool _stopped;
    private long _begunAt;

    /// <param name="runsFirst">Before all other threads, as a worker on a machine of its own would. It takes a processor for some microseconds at a time.</param>
    public CannedWorker(bool runsFirst)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4_096);
        Authority = _listener.LocalEndPoint!.ToString()!;
        _wait.Add(_listener, Listener);
        _thread = new Thread(() => Run(runsFirst)) { IsBackground = true, Name = "canned worker" };
        _thread.Start();
    }

    public InternalToken Token { get; } = new(DoorWorld.Token);

    /// <summary>Host and port, as who dials proves it.</summary>
    public string Authority { get; }

    public string Url => "http://" + Authority;

    /// <summary>When the last answer's first token was handed to the kernel, as a timestamp.</summary>
    public long BegunAt => Volatile.Read(ref _begunAt);

    /// <summary>As a process of its own: prints its address, ends when its input does.</summary>
    public static async Task<int> RunAsync()
    {
        using var worker = new CannedWorker(runsFirst: true);
        Console.WriteLine(worker.Url);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>From now on a stream stays open after its first token.</summary>
    public void Hold() => _holds = true;

    public void LetGo()
    {
        _holds = false;
        _wait.Wake();
    }

    public void Begun() => Volatile.Write(ref _begunAt, Stopwatch.GetTimestamp());

    /// <summary>True: this caller's stream is to stay open; it is told to end it when streams are let go.</summary>
    public bool Holds(CannedCaller caller)
    {
        var holds = _holds;

        if (holds)
        {
            _held.Add(caller);
        }

        return holds;
    }

    public void Dispose()
    {
        _stopped = true;
        _wait.Wake();
        _thread.Join();
        _wait.Dispose();
        _listener.Dispose();
    }

    private void Run(bool runsFirst)
    {
        if (runsFirst)
        {
            Scheduling.TryRunFirst();
        }

        Span<int> ready = stackalloc int[MostReady];

        while (!_stopped)
        {
            var count = _wait.Wait(ready, SocketWait.Never);

            foreach (var tag in ready[..count])
            {
                Turn(tag);
            }
        }

        _callers.ForEach(caller => caller?.Dispose());
    }

    private void Turn(int tag)
    {
        switch (tag)
        {
            case SocketWait.Woken:
                EndHeld();
                break;
            case Listener:
                Accept();
                break;
            default:
                Serve(tag);
                break;
        }
    }

    private void Accept()
    {
        while (_listener.Poll(0, SelectMode.SelectRead))
        {
            var socket = _listener.Accept();
            (socket.Blocking, socket.NoDelay) = (false, true);

            if (!_places.TryPop(out var place))
            {
                place = _callers.Count;
                _callers.Add(null);
            }

            _callers[place] = new CannedCaller(socket, this);
            _wait.Add(socket, place);
        }
    }

    private void Serve(int place)
    {
        if (_callers[place] is not { } caller || caller.Serve())
        {
            return;
        }

        caller.Dispose();
        _held.Remove(caller);
        _callers[place] = null;
        _places.Push(place);
    }

    private void EndHeld()
    {
        if (!_holds)
        {
            _held.ForEach(caller => caller.End());
            _held.Clear();
        }
    }
}
