using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Turns;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>Its place among those that take turns on the device.</summary>
internal sealed partial class SandboxChannel
{
    private TurnMember? _turns;

    /// <summary>Its place among those that step on this device; null: it runs as it likes.</summary>
    public TurnMember? Turns => Volatile.Read(ref _turns);

    /// <summary>Makes it take turns from now on, until the connection ends.</summary>
    public async Task JoinAsync(TurnArbiter arbiter, string owner, CancellationToken cancellationToken)
    {
        if (arbiter.Join(owner, TryShow) is not { } member)
        {
            return;
        }

        Volatile.Write(ref _turns, member);

        if (IsClosed)
        {
            LeaveTurns();
            return;
        }

        try
        {
            await SendAsync(TurnFrame(TurnPageRole.Grant), member.GrantPage.Duplicate(), cancellationToken, isOurs: true);
            await SendAsync(TurnFrame(TurnPageRole.OwnWord), member.WordPage.Duplicate(), cancellationToken, isOurs: true);
        }
        catch (ObjectDisposedException) when (IsClosed)
        {
            // It ended in this very moment, and its place with it.
        }
    }

    private static ToSandbox TurnFrame(TurnPageRole role, int slot = 0) => new() { TurnPage = new TurnPage { Role = role, Slot = slot } };

    /// <summary>Called by the arbiter, which waits for nothing: when the outbox is full the hand-over goes through it this time.</summary>
    private bool TryShow(int slot, SharedPage word) => _outbox.Writer.TryWrite(new OutgoingFrame(TurnFrame(TurnPageRole.OtherWord, slot), word.Duplicate(), IsOurs: true));

    private void LeaveTurns() => Interlocked.Exchange(ref _turns, null)?.Dispose();
}
