using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Turns;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// The socket to one sandbox: many sequences on one connection, one loop that writes and one that reads. A sandbox that breaks the protocol
/// is cut off: it is the confined side, and is not believed.
/// </summary>
internal sealed partial class SandboxChannel : IAsyncDisposable
{
    /// <summary>An event is a few tokens; logprobs of a long coalesced answer stay far below.</summary>
    private const int MaxInboundFrameBytes = 4 << 20;

    private readonly SandboxId _sandbox;
    private readonly DescriptorStream _stream;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<OutgoingFrame> _outbox = Channel.CreateBounded<OutgoingFrame>(new BoundedChannelOptions(1_024) { SingleReader = true });
    private readonly ConcurrentDictionary<ulong, SandboxSequence> _sequences = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SandboxReply<AdapterLoaded>>> _loads = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _unloads = new(StringComparer.Ordinal);
    private readonly PrefixAsks _prefixes = new();
    private readonly LateEvents _late = new();
    private readonly ConcurrentQueue<TaskCompletionSource<long?>> _leases = new();
    private readonly Channel<long> _wishes = Channel.CreateBounded<long>(new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    private readonly TaskCompletionSource<SandboxReply<Ready>> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _writing;
    private Load _load = new();
    private Pong _pong = new();
    private ulong _lastSequence;
    private int _closed;

    public SandboxChannel(SandboxId sandbox, DescriptorStream stream, TimeProvider time, ILogger logger)
    {
        _time = time;
        _sandbox = sandbox;
        _stream = stream;
        _logger = logger;
        _writing = Task.Run(WriteAllAsync);
        Closed = Task.Run(ReadAllAsync);
    }

    /// <summary>Whose it is, for the log.</summary>
    public string Owner { get; init; } = "nobody yet";

    /// <summary>Completes when nothing will be heard from this sandbox any more. Never fails.</summary>
    public Task Closed { get; }

    /// <summary>Known before anybody is told: whoever hears that he lost it and tries again does not find it open.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>The sandbox's last word on how busy it is.</summary>
    public Load Load => Volatile.Read(ref _load);

    /// <summary>Bytes of device memory that the sandbox asks for, newest only. Ends with the connection.</summary>
    public ChannelReader<long> Wishes => _wishes.Reader;

    /// <summary>The last ping it answered.</summary>
    public Pong LastPong => Volatile.Read(ref _pong);

    /// <summary>The functions it generates for now.</summary>
    public IReadOnlyCollection<string> Functions => _sequences.Values.Select(sequence => sequence.Function).ToHashSet(StringComparer.Ordinal);

    /// <summary>False when frames pile up before it: it reads nothing, and is not pinged on top of them.</summary>
    public bool TryPing(ulong number) => _outbox.Writer.TryWrite(new OutgoingFrame(new ToSandbox { Ping = new Ping { Number = number } }, null));

    public async Task<SandboxReply<Ready>> OpenAsync(Open open, SealedMemory backbone, CancellationToken cancellationToken)
    {
        await SendAsync(new ToSandbox { Open = open }, backbone.Descriptor, cancellationToken);
        return await _opened.Task.WaitAsync(cancellationToken);
    }

    /// <summary>One load of an adapter at a time; the caller sees to that.</summary>
    public async Task<SandboxReply<AdapterLoaded>> LoadAdapterAsync(Digest adapter, SealedMemory packed, CancellationToken cancellationToken)
    {
        var reply = new TaskCompletionSource<SandboxReply<AdapterLoaded>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loads[adapter.Value] = reply;
        var frame = new ToSandbox { LoadAdapter = new LoadAdapter { AdapterDigest = adapter.Value, Bytes = packed.Length } };
        return await AskAsync(reply.Task, frame, packed.Descriptor, cancellationToken);
    }

    /// <summary>
    /// The same with one that is still being packed: answers when both descriptors, which are closed once they are sent, are on their way, with the answer that will come when it is whole or lost.
    /// A generation that is asked for after this finds it.
    /// </summary>
    public async Task<Task<SandboxReply<AdapterLoaded>>> BeginAdapterAsync(Digest adapter, long bytes, SafeFileHandle memory, SafeFileHandle page, CancellationToken cancellationToken)
    {
        var reply = new TaskCompletionSource<SandboxReply<AdapterLoaded>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loads[adapter.Value] = reply;

        if (IsClosed)
        {
            reply.TrySetResult(new SandboxReply<AdapterLoaded>.Lost());
        }

        await SendAsync(new ToSandbox { ArrivalPage = new ArrivalPage { AdapterDigest = adapter.Value } }, page, cancellationToken, isOurs: true);
        await SendAsync(new ToSandbox { LoadAdapter = new LoadAdapter { AdapterDigest = adapter.Value, Bytes = bytes } }, memory, cancellationToken, isOurs: true);
        return reply.Task;
    }

    /// <summary>Completes when its pages are free, which waits for its running sequences, or when the sandbox is gone.</summary>
    public async Task UnloadAdapterAsync(Digest adapter, CancellationToken cancellationToken)
    {
        var done = _unloads.GetOrAdd(adapter.Value, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        if (IsClosed)
        {
            return;
        }

        // It is off the worker's books: the sandbox hears of it whoever gives up waiting.
        await SendAsync(new ToSandbox { UnloadAdapter = new UnloadAdapter { AdapterDigest = adapter.Value } }, null, CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>One preparation of a prefix at a time; the caller sees to that.</summary>
    /// <param name="name">It is kept under.</param>
    /// <param name="revision">Whose prompts begin with it.</param>
    /// <param name="image">Of it, as a sandbox of this trust domain saved it: to be held until the answer. Null: it is to be computed.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<SandboxReply<PrefixReady>> PreparePrefixAsync(string name, RevisionRef revision, SealedMemory? image, CancellationToken cancellationToken) => AskAsync(
        _prefixes.ReadyAsync(name),
        image is null
            ? new ToSandbox { PreparePrefix = new PreparePrefix { Name = name, Revision = revision } }
            : new ToSandbox { RestorePrefix = new RestorePrefix { Name = name, Revision = revision } },
        image?.Descriptor,
        cancellationToken);

    /// <summary>Has a kept prefix written into this memory. One at a time; the caller sees to that.</summary>
    public Task<SandboxReply<PrefixSaved>> SavePrefixAsync(string name, UnsealedMemory memory, CancellationToken cancellationToken) =>
        AskAsync(_prefixes.SavedAsync(name), new ToSandbox { SavePrefix = new SavePrefix { Name = name } }, memory.Descriptor, cancellationToken);

    public ValueTask DropPrefixAsync(string name, CancellationToken cancellationToken) =>
        SendAsync(new ToSandbox { DropPrefix = new DropPrefix { Name = name } }, null, cancellationToken);

    public async Task<SandboxSequence> GenerateAsync(GenerateRequest request, int credits, CancellationToken cancellationToken)
    {
        var sequence = new SandboxSequence(this, Interlocked.Increment(ref _lastSequence), credits) { Function = $"{request.Revision?.Function}.{request.Revision?.Namespace}" };
        _sequences[sequence.Id] = sequence;

        if (IsClosed)
        {
            sequence.Close();
            return sequence;
        }

        try
        {
            await SendAsync(new ToSandbox { Generate = new Generate { Sequence = sequence.Id, Request = request, Credits = credits } }, null, cancellationToken);
            return sequence;
        }
        catch
        {
            await sequence.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells the sandbox its lease. Answers what it then uses; null: it is gone. One at a time; the caller sees to that.</summary>
    public async Task<long?> LeaseAsync(long bytes, CancellationToken cancellationToken)
    {
        var reply = new TaskCompletionSource<long?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _leases.Enqueue(reply);

        if (IsClosed)
        {
            return null;
        }

        // Answers come in the order of the questions: a place in that line without its frame would give everybody behind it another's answer.
        await SendAsync(new ToSandbox { Lease = new Lease { DeviceBytes = bytes } }, null, CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        return await reply.Task.WaitAsync(cancellationToken);
    }

    public ValueTask DrainAsync(CancellationToken cancellationToken) => SendAsync(new ToSandbox { Drain = new Drain() }, null, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _outbox.Writer.TryComplete();
        await _closing.CancelAsync();
        await Closed;
        await _writing;
        _closing.Dispose();
    }

    internal ValueTask CreditAsync(ulong sequence, int credits, CancellationToken cancellationToken) =>
        SendAsync(new ToSandbox { Credit = new Credit { Sequence = sequence, Credits = credits } }, null, cancellationToken);

    internal ValueTask CancelAsync(ulong sequence, AbortCause cause) =>
        SendAsync(new ToSandbox { Cancel = new Cancel { Sequence = sequence, Cause = (int)cause } }, null, CancellationToken.None);

    internal void Release(SandboxSequence sequence)
    {
        _late.Allow(sequence);
        _sequences.TryRemove(sequence.Id, out _);
    }

    private async Task<SandboxReply<T>> AskAsync<T>(Task<SandboxReply<T>> reply, ToSandbox question, SafeFileHandle? descriptor, CancellationToken cancellationToken)
    {
        if (IsClosed)
        {
            return new SandboxReply<T>.Lost();
        }

        await SendAsync(question, descriptor, cancellationToken);
        return await reply.WaitAsync(cancellationToken);
    }

    /// <summary>After the connection has ended frames go nowhere: whoever waits for an answer learns it from the reader's end.</summary>
    private async ValueTask SendAsync(ToSandbox message, SafeFileHandle? descriptor, CancellationToken cancellationToken, bool isOurs = false)
    {
        try
        {
            await _outbox.Writer.WriteAsync(new OutgoingFrame(message, descriptor, isOurs), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            LogDropped(_sandbox, message.KindCase);
        }
    }

    private async Task WriteAllAsync()
    {
        try
        {
            await foreach (var outgoing in _outbox.Reader.ReadAllAsync(_closing.Token))
            {
                using var frame = PooledFrame.Encode(outgoing.Message);

                if (outgoing.Descriptor is { } descriptor)
                {
                    await _stream.WriteAsync(frame.Bytes, descriptor, _closing.Token);

                    // Made for this frame alone: whose it was may be gone by now, and we are not to send a closed one.
                    if (outgoing.IsOurs)
                    {
                        descriptor.Dispose();
                    }

                    continue;
                }

                await _stream.WriteAsync(frame.Bytes, _closing.Token);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Disposed: what was not sent is wanted by nobody.
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            // The reader sees the same end and tells everybody.
            LogBroken(failure, _sandbox);
        }
        finally
        {
            _outbox.Writer.TryComplete();
            while (_outbox.Reader.TryRead(out _))
            {
            }
        }
    }

    private async Task ReadAllAsync()
    {
        try
        {
            var budget = new FrameBudget(_time);
            await using var reader = new FrameReader<FromSandbox>(_stream, FromSandbox.Parser, MaxInboundFrameBytes);
            FrameRead<FromSandbox> read;

            while ((read = await reader.ReadAsync(_closing.Token)).Message is { } message)
            {
                if (!budget.TrySpend(message) || !SandboxFrameRules.IsPossible(message) || !TryDispatch(message))
                {
                    LogBreach(_sandbox, Owner, message.KindCase);
                    break;
                }
            }

            LogEnd(read.Status);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Disposed.
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            LogBroken(failure, _sandbox);
        }
        catch (Exception failure)
        {
            // Whatever it sent that this could not take, descriptors among it: the connection is over, and who waits for its end is to hear of no other failure.
            LogUntaken(failure, _sandbox, Owner);
        }
        finally
        {
            Close();
        }
    }

    /// <summary>False: the sandbox broke the protocol.</summary>
    private bool TryDispatch(FromSandbox message)
    {
        switch (message.KindCase)
        {
            case FromSandbox.KindOneofCase.Ready:
                return _opened.TrySetResult(new SandboxReply<Ready>.Done(message.Ready));
            case FromSandbox.KindOneofCase.OpenFailed:
                return _opened.TrySetResult(new SandboxReply<Ready>.Refused(Read(message.OpenFailed.Code, message.OpenFailed.Message)));
            case FromSandbox.KindOneofCase.AdapterLoaded:
                return Answer(message.AdapterLoaded.AdapterDigest, new SandboxReply<AdapterLoaded>.Done(message.AdapterLoaded));
            case FromSandbox.KindOneofCase.AdapterRefused:
                var refused = message.AdapterRefused;
                return Answer(refused.AdapterDigest, new SandboxReply<AdapterLoaded>.Refused(Read(refused.Code, refused.Message)));
            case FromSandbox.KindOneofCase.AdapterUnloaded:
                if (_unloads.TryRemove(message.AdapterUnloaded.AdapterDigest, out var unloaded))
                {
                    unloaded.TrySetResult();
                }

                return true;
            case FromSandbox.KindOneofCase.TurnPagesMapped:
                Turns?.Joined();
                return true;
            case FromSandbox.KindOneofCase.PrefixReady:
                return _prefixes.TryAnswer(message.PrefixReady);
            case FromSandbox.KindOneofCase.PrefixSaved:
                return _prefixes.TryAnswer(message.PrefixSaved);
            case FromSandbox.KindOneofCase.LeaseWanted:
                return message.LeaseWanted.DeviceBytes > 0 && _wishes.Writer.TryWrite(message.LeaseWanted.DeviceBytes);
            case FromSandbox.KindOneofCase.Leased:
                return _leases.TryDequeue(out var leased) && leased.TrySetResult(message.Leased.DeviceBytes);
            case FromSandbox.KindOneofCase.Event:
                // A sequence that was released meanwhile is not missed; one that was never asked for is a stranger's.
                return message.Event.Event_ is { } happened
                    && (_sequences.TryGetValue(message.Event.Sequence, out var sequence)
                        ? sequence.TryAccept(happened)
                        : message.Event.Sequence <= Volatile.Read(ref _lastSequence) && _late.TryTake());
            case FromSandbox.KindOneofCase.Pong:
                Volatile.Write(ref _pong, message.Pong);
                return true;
            case FromSandbox.KindOneofCase.Load:
                Volatile.Write(ref _load, message.Load);
                return true;
            default:
                return false;
        }
    }

    private bool Answer(string adapter, SandboxReply<AdapterLoaded> reply) => _loads.TryRemove(adapter, out var waiting) && waiting.TrySetResult(reply);

    private static Problem Read(string code, string message) => new(ErrorCodes.FromWire(code), message);

    private void Close()
    {
        // Before the sweeps: whoever registers after them sees the flag and does not wait.
        Interlocked.Exchange(ref _closed, 1);
        LeaveTurns();
        _outbox.Writer.TryComplete();
        _wishes.Writer.TryComplete();
        _opened.TrySetResult(new SandboxReply<Ready>.Lost());

        foreach (var (_, load) in _loads)
        {
            load.TrySetResult(new SandboxReply<AdapterLoaded>.Lost());
        }

        while (_leases.TryDequeue(out var lease))
        {
            lease.TrySetResult(null);
        }

        _prefixes.Close();

        foreach (var (_, unload) in _unloads)
        {
            unload.TrySetResult();
        }

        foreach (var (_, sequence) in _sequences)
        {
            sequence.Close();
        }
    }
}
