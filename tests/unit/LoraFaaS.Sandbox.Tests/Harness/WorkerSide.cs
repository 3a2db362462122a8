using System.Collections.Concurrent;
using System.Threading.Channels;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.TestKit.Time;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>Plays the worker at the other end of a sandbox's socket: real frames, real descriptors.</summary>
internal sealed class WorkerSide : IAsyncDisposable
{
    public const string TrustDomain = "openfaas-fn";

    private readonly DescriptorStream _stream;
    private readonly FrameReader<FromSandbox> _reader;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<ulong, TestGeneration> _generations = new();
    private readonly Channel<FromSandbox> _others = Channel.CreateUnbounded<FromSandbox>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private ulong _last;
    private volatile Load _load = new();

    public WorkerSide(DescriptorStream stream)
    {
        _stream = stream;
        _reader = new FrameReader<FromSandbox>(stream, FromSandbox.Parser);
        _reading = ReadAllAsync();
    }

    /// <summary>The sandbox has closed its end.</summary>
    public Task Closed => _closed.Task;

    public Load Load => _load;

    /// <param name="backbone">Null: the demo's, as it is on disk.</param>
    public async Task<FromSandbox> OpenAsync(DemoWorld demo, Action<Open>? change = null, SealedMemory? backbone = null)
    {
        var open = new Open
        {
            BackboneDigest = DemoWorld.BackboneDigest,
            TrustDomain = TrustDomain,
            DeviceBytes = 64 << 20,
            Threads = 2,
            MaxSequences = 16,
            MaxStepTokens = 256,
        };

        open.TextFiles.Add(DemoWorld.TextFiles().ToDictionary());
        change?.Invoke(open);
        await SendAsync(new ToSandbox { Open = open }, (backbone ?? demo.Backbone).Descriptor);
        return await NextAsync();
    }

    public async Task<FromSandbox> LoadAsync(DemoWorld demo, string adapter)
    {
        await SendAsync(Loading(demo, adapter), demo.Adapter(adapter).Descriptor);
        return await NextAsync();
    }

    public static ToSandbox Loading(DemoWorld demo, string adapter) =>
        new() { LoadAdapter = new LoadAdapter { AdapterDigest = DemoWorld.DigestOf(adapter), Bytes = demo.Adapter(adapter).Length } };

    public async Task<TestGeneration> GenerateAsync(GenerateRequest request, int credits = 8, bool returnsCredits = true)
    {
        var generation = new TestGeneration(this, Interlocked.Increment(ref _last), returnsCredits);
        _generations[generation.Id] = generation;
        await SendAsync(new ToSandbox { Generate = new Generate { Sequence = generation.Id, Request = request, Credits = credits } });
        return generation;
    }

    public Task CreditAsync(ulong sequence, int credits) => SendAsync(new ToSandbox { Credit = new Credit { Sequence = sequence, Credits = credits } });

    public async Task SendAsync(ToSandbox message, SafeFileHandle? descriptor = null)
    {
        using var frame = PooledFrame.Encode(message);
        await SendRawAsync(frame.Bytes, descriptor);
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes, SafeFileHandle? descriptor = null)
    {
        await _writing.WaitAsync();

        try
        {
            if (descriptor is null)
            {
                await _stream.WriteAsync(bytes);
            }
            else
            {
                await _stream.WriteAsync(bytes, descriptor, CancellationToken.None);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next frame that is neither an event nor a load.</summary>
    public async Task<FromSandbox> NextAsync() => await Patience.ForAsync(_others.Reader.ReadAsync().AsTask());

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _reading;
        _writing.Dispose();
    }

    private async Task ReadAllAsync()
    {
        try
        {
            while (await _reader.ReadAsync(CancellationToken.None) is { Message: { } message })
            {
                await TakeAsync(message);
            }
        }
        catch (Exception closed) when (closed is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // Either side ended; whoever waits for an answer is told below.
        }

        _others.Writer.TryComplete();

        foreach (var generation in _generations.Values)
        {
            generation.Lose();
        }

        _closed.TrySetResult();
    }

    private async Task TakeAsync(FromSandbox message)
    {
        switch (message.KindCase)
        {
            case FromSandbox.KindOneofCase.Event:
                // A mangled request may have begun a sequence that nobody here asked for.
                if (_generations.TryGetValue(message.Event.Sequence, out var generation))
                {
                    await generation.TakeAsync(message.Event.Event_);
                }

                break;
            case FromSandbox.KindOneofCase.Load:
                _load = message.Load;
                break;
            default:
                _others.Writer.TryWrite(message);
                break;
        }
    }
}
