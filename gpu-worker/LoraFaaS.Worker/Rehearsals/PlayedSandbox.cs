using System.Net.Sockets;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Rehearsals;

/// <summary>
/// A sandbox's part in a rehearsal, in this process: it takes what it is given, computes nothing, and says what a sandbox would. It has no room for an adapter before it is leased
/// more than at first, and refuses a prompt of tokens.
/// </summary>
internal sealed class PlayedSandbox : IConfinedProcess
{
    /// <summary>Descriptors that it may be sent before it has read their frames: the backbone, two pages of turns, an adapter, others' words.</summary>
    public const int MaxPending = 16;

    private const int PageBytes = 64 << 10;

    private readonly DescriptorStream _own;
    private readonly CancellationTokenSource _ending = new();
    private bool _hasGrown;

    public PlayedSandbox(DescriptorStream worker, DescriptorStream own)
    {
        Stream = worker;
        _own = own;
        Exited = PlayAsync();
    }

    public int ProcessId => Environment.ProcessId;

    public DescriptorStream Stream { get; }

    public Task Exited { get; }

    public ConfinedOwner Owner { get; } = new();

    public bool TryLimitMemory(long bytes) => true;

    public void Kill() => _ending.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Stream.DisposeAsync();
        await Exited;
        _ending.Dispose();
    }

    private async Task PlayAsync()
    {
        await Task.Yield();

        try
        {
            await using var reader = new FrameReader<ToSandbox>(_own, ToSandbox.Parser);

            while (await reader.ReadAsync(_ending.Token) is { Message: { } message } && message.KindCase is not ToSandbox.KindOneofCase.Drain)
            {
                while (_own.TryTakeDescriptor(out var descriptor))
                {
                    descriptor.Dispose();
                }

                foreach (var answer in Answers(message))
                {
                    using var frame = PooledFrame.Encode(answer);
                    await _own.WriteAsync(frame.Bytes, _ending.Token);
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The other side is gone, or nobody wants more of it.
        }
        finally
        {
            await _own.DisposeAsync();
        }
    }

    private IEnumerable<FromSandbox> Answers(ToSandbox message) => message.KindCase switch
    {
        ToSandbox.KindOneofCase.Open => [new FromSandbox { Ready = new Ready { Kernels = "played", PageBytes = PageBytes, Pages = message.Open.DeviceBytes / PageBytes } }],
        ToSandbox.KindOneofCase.TurnPage when message.TurnPage.Role is TurnPageRole.OwnWord => [new FromSandbox { TurnPagesMapped = new TurnPagesMapped() }],
        ToSandbox.KindOneofCase.LoadAdapter when !_hasGrown =>
            [new FromSandbox { AdapterRefused = new AdapterRefused { AdapterDigest = message.LoadAdapter.AdapterDigest, Code = ErrorCode.NoCapacity.ToWire(), Message = "played" } }],
        ToSandbox.KindOneofCase.LoadAdapter =>
            [new FromSandbox { AdapterLoaded = new AdapterLoaded { AdapterDigest = message.LoadAdapter.AdapterDigest, DeviceBytes = message.LoadAdapter.Bytes } }],
        ToSandbox.KindOneofCase.UnloadAdapter => [new FromSandbox { AdapterUnloaded = new AdapterUnloaded { AdapterDigest = message.UnloadAdapter.AdapterDigest } }],
        ToSandbox.KindOneofCase.Lease => Grow(message.Lease.DeviceBytes),
        ToSandbox.KindOneofCase.Ping => [new FromSandbox { Pong = new Pong { Number = message.Ping.Number, Turns = message.Ping.Number } }],
        ToSandbox.KindOneofCase.Generate when message.Generate.Request.Prompt.KindCase is Prompt.KindOneofCase.Tokens =>
            [Event(message.Generate.Sequence, new GenerateEvent { Failed = new Failed { Code = ErrorCode.InvalidRequest.ToWire(), Message = "played", Field = "prompt" } })],
        ToSandbox.KindOneofCase.Generate => Events(message.Generate.Sequence),
        _ => [],
    };

    private IEnumerable<FromSandbox> Grow(long bytes)
    {
        _hasGrown = true;
        return [new FromSandbox { Leased = new Leased { DeviceBytes = bytes } }];
    }

    private static IEnumerable<FromSandbox> Events(ulong sequence)
    {
        yield return Busy(1);
        yield return Event(sequence, new GenerateEvent { Started = new Started { PromptTokens = 1 } });
        yield return Event(sequence, new GenerateEvent { Tokens = new Tokens { Ids = { 1 }, Text = "a " } });
        yield return Event(sequence, new GenerateEvent { Tokens = new Tokens { Ids = { 2 }, Text = "word" } });
        yield return Event(sequence, new GenerateEvent { Finished = new Finished { Reason = FinishReason.Length, PromptTokens = 1, CompletionTokens = 2, ColdStart = new ColdStart() } });
        yield return Busy(0);
    }

    private static FromSandbox Busy(int running) => new() { Load = new Load { Running = running, PagesTotal = 1, Steps = 1, LastStepMs = 1 } };

    private static FromSandbox Event(ulong sequence, GenerateEvent happened) => new() { Event = new Event { Sequence = sequence, Event_ = happened } };
}
