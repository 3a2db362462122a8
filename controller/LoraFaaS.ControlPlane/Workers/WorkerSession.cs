using System.Collections.Concurrent;
using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>
/// One worker's connection: commands out by number, results back, the last inventory. The session is the lease; when it closes,
/// everything that waits for it is told so.
/// </summary>
public sealed class WorkerSession : IDisposable
{
    private readonly Channel<NumberedCommand> _outbox;
    private readonly ConcurrentDictionary<ulong, PendingCommand> _pending = new();
    private readonly ConcurrentDictionary<Digest, byte> _unreadable = new();
    private readonly HashSet<Digest> _told = [];

    /// <summary>Never disposed: who looks for silent sessions may close one that ends at this moment, and it holds nothing.</summary>
    private readonly CancellationTokenSource _closed = new();
    private readonly TimeProvider _time;
    private ulong _lastNumber;
    private long _heardAt;
    private WorkerState? _state;

    internal WorkerSession(WorkerHello hello, int outboxLength, TimeProvider time)
    {
        Hello = hello;
        _time = time;
        _heardAt = time.GetTimestamp();
        Closed = _closed.Token;

        // Full means refuse: a worker that does not read its commands cannot be given more.
        _outbox = Channel.CreateBounded<NumberedCommand>(new BoundedChannelOptions(outboxLength) { SingleReader = true });
    }

    public WorkerHello Hello { get; }

    public WorkerId Id => Hello.Id;

    /// <summary>Cancelled when the session ends, for whatever reason.</summary>
    public CancellationToken Closed { get; }

    /// <summary>The newest inventory; null before the first.</summary>
    public WorkerState? State => Volatile.Read(ref _state);

    /// <summary>Time since the worker last said anything.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _heardAt));

    public IReadOnlyList<Digest> UnreadableBackbones => [.. _unreadable.Keys.OrderBy(digest => digest.Value, StringComparer.Ordinal)];

    /// <summary>Commands to write to the wire, in order, until the session closes.</summary>
    public IAsyncEnumerable<NumberedCommand> CommandsAsync(CancellationToken cancellationToken) => _outbox.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Sends without waiting for a result. False: the outbox is full.</summary>
    public bool TryTell(WorkerCommand command) => _outbox.Writer.TryWrite(new NumberedCommand(0, command));

    /// <summary>Sends and waits for the worker's answer, at most <paramref name="patience"/>.</summary>
    public async Task<CommandOutcome> SendAsync(WorkerCommand command, TimeSpan patience, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var pending = new PendingCommand(command);
        _pending[number] = pending;

        try
        {
            if (Closed.IsCancellationRequested)
            {
                return new CommandOutcome.Lost();
            }

            return _outbox.Writer.TryWrite(new NumberedCommand(number, command))
                ? await pending.Outcome.WaitAsync(patience, _time, cancellationToken)
                : Closed.IsCancellationRequested ? new CommandOutcome.Lost() : new CommandOutcome.Backlogged();
        }
        catch (TimeoutException)
        {
            return new CommandOutcome.TimedOut(patience);
        }
        finally
        {
            _pending.TryRemove(number, out _);
        }
    }

    /// <summary>A result came. One for an unknown number (timed out meanwhile) is dropped.</summary>
    public void Complete(ulong number, Problem? problem, TimeSpan took, LoadAccount? account = null)
    {
        if (!_pending.TryRemove(number, out var pending))
        {
            return;
        }

        if (pending.Command is WorkerCommand.KnowBackbone { Digest: var digest })
        {
            NoteBackbone(digest, problem is null);
        }

        pending.Complete(problem is null ? new CommandOutcome.Done(took, account) : new CommandOutcome.Failed(problem));
    }

    /// <summary>The worker said something.</summary>
    public void Heard() => Volatile.Write(ref _heardAt, _time.GetTimestamp());

    internal void Keep(WorkerState state) => Volatile.Write(ref _state, state);

    /// <summary>
    /// Tells the worker what has changed since it was last told, and again what it could not read: a folder may be mounted late. Called by
    /// the registry only, one call at a time.
    /// </summary>
    internal void TellBackbones(IReadOnlyList<BackboneRecord> backbones)
    {
        foreach (var backbone in backbones)
        {
            if ((!_told.Contains(backbone.Digest) || _unreadable.ContainsKey(backbone.Digest)) && Know(new WorkerCommand.KnowBackbone(backbone.Digest, backbone.Name, backbone.Path, Forget: false)))
            {
                _told.Add(backbone.Digest);
            }
        }

        foreach (var gone in _told.Except(backbones.Select(backbone => backbone.Digest)).ToArray())
        {
            if (Know(new WorkerCommand.KnowBackbone(gone, default, "", Forget: true)))
            {
                _told.Remove(gone);
                _unreadable.TryRemove(gone, out _);
            }
        }
    }

    internal void Close()
    {
        _closed.Cancel();
        _outbox.Writer.TryComplete();

        foreach (var number in _pending.Keys)
        {
            if (_pending.TryRemove(number, out var pending))
            {
                pending.Complete(new CommandOutcome.Lost());
            }
        }
    }

    public void Dispose() => Close();

    /// <summary>Its result is only noted, whenever it comes: packing a backbone takes as long as it takes.</summary>
    private bool Know(WorkerCommand.KnowBackbone command)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        _pending[number] = new PendingCommand(command);

        if (_outbox.Writer.TryWrite(new NumberedCommand(number, command)))
        {
            return true;
        }

        _pending.TryRemove(number, out _);
        return false;
    }

    private void NoteBackbone(Digest digest, bool readable)
    {
        if (readable)
        {
            _unreadable.TryRemove(digest, out _);
            return;
        }

        _unreadable[digest] = 0;
    }
}
