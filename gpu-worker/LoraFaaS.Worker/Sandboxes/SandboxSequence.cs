using System.Threading.Channels;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// One generation on a sandbox. Its events wait in a channel no larger than the credits the sandbox was given, so that a caller who does
/// not read holds back this sequence and nothing else. Events that end without Finished or Failed mean that the sandbox was lost.
/// </summary>
internal sealed class SandboxSequence(SandboxChannel channel, ulong id, int credits) : IAsyncDisposable
{
    /// <summary>The end of a generation needs no credit: Started, the last Tokens and Finished may come on top of them.</summary>
    internal const int EventsBeyondCredits = 3;

    private readonly Channel<GenerateEvent> _events = Channel.CreateBounded<GenerateEvent>(
        new BoundedChannelOptions(credits + EventsBeyondCredits) { SingleReader = true, SingleWriter = true });

    private int _owed;
    private bool _ended;

    /// <summary>That may be on their way when nobody waits for them any more.</summary>
    public int MostEvents => credits + EventsBeyondCredits;

    public ulong Id { get; } = id;

    /// <summary>Whose it is, for the log.</summary>
    public string Function { get; init; } = "";

    public ChannelReader<GenerateEvent> Events => _events.Reader;

    /// <summary>Call when an event has gone out to the caller. Credits go back in halves of the window: fewer frames, and never a stall.</summary>
    public ValueTask ReturnCreditAsync(CancellationToken cancellationToken)
    {
        _owed++;

        if (_owed < Math.Max(1, credits / 2))
        {
            return ValueTask.CompletedTask;
        }

        var returned = _owed;
        _owed = 0;
        return channel.CreditAsync(Id, returned, cancellationToken);
    }

    /// <summary>Tells the sandbox why nobody wants the rest. Nothing to do once the generation has ended by itself.</summary>
    public ValueTask CancelAsync(AbortCause cause) => Volatile.Read(ref _ended) ? ValueTask.CompletedTask : channel.CancelAsync(Id, cause);

    public async ValueTask DisposeAsync()
    {
        await CancelAsync(AbortCause.Client);
        channel.Release(this);
    }

    /// <summary>False when the sandbox sends more than it has credits for.</summary>
    internal bool TryAccept(GenerateEvent happened)
    {
        if (!_events.Writer.TryWrite(happened))
        {
            return false;
        }

        if (happened.KindCase is GenerateEvent.KindOneofCase.Finished or GenerateEvent.KindOneofCase.Failed)
        {
            Close();
        }

        return true;
    }

    internal void Close()
    {
        Volatile.Write(ref _ended, true);
        _events.Writer.TryComplete();
    }
}
