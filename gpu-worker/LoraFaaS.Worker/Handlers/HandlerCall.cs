using System.Threading.Channels;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// One invocation at a handler. Its frames wait in a channel that agreed credits cannot fill: code that fills it broke the agreement. Frames that end
/// without Done or Faulted mean that the process was lost.
/// </summary>
internal sealed class HandlerCall(HandlerChannel channel, ulong invocation)
{
    /// <summary>Parts within their credits, a few frames for each generation that may be asked for, and what opens and ends the answer.</summary>
    private const int Capacity = HandlerLimits.ReplyCredits + (8 * HandlerLimits.MaxGenerations) + 8;

    private readonly Channel<FromHandler> _frames = Channel.CreateBounded<FromHandler>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _owed;
    private volatile bool _left;

    public ulong Invocation { get; } = invocation;

    public ChannelReader<FromHandler> Frames => _frames.Reader;

    /// <summary>The handler has said the last of it, or is gone: its code no longer works on this.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Call when a part has gone out to the caller. Credits go back in halves of the window.</summary>
    public ValueTask ReturnCreditAsync(CancellationToken cancellationToken)
    {
        if (++_owed < HandlerLimits.ReplyCredits / 2)
        {
            return ValueTask.CompletedTask;
        }

        var returned = _owed;
        _owed = 0;
        return channel.SendAsync(new ToHandler { ReplyCredit = new ReplyCredit { Invocation = Invocation, Credits = returned } }, cancellationToken);
    }

    public ValueTask SendAsync(uint generation, GenerateEvent happened, CancellationToken cancellationToken) => channel.SendAsync(
        new ToHandler { Generated = new Generated { Invocation = Invocation, Generation = generation, Event = happened } }, cancellationToken);

    /// <summary>Nobody wants the rest. Nothing to do once it has ended by itself.</summary>
    public ValueTask LeaveAsync()
    {
        _left = true;

        while (_frames.Reader.TryRead(out _))
        {
            // Room for what is still on its way.
        }

        return Ended.IsCompleted
            ? ValueTask.CompletedTask
            : channel.SendAsync(new ToHandler { Withdraw = new Withdraw { Invocation = Invocation } }, CancellationToken.None);
    }

    /// <summary>False when the code sends more than it has credits for.</summary>
    internal bool TryAccept(FromHandler message) => _left || _frames.Writer.TryWrite(message);

    internal void Close()
    {
        _frames.Writer.TryComplete();
        _ended.TrySetResult();
    }
}
