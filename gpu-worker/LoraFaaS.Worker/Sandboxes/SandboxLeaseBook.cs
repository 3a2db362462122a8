using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// One sandbox's lease, in the ledger and in the sandbox, in an order that cannot overcommit: the ledger gives before the sandbox may use, and the
/// sandbox gives back before the ledger counts it free. The kernel's limit moves with it: it is raised before the sandbox may use more, and lowered before anybody else may. One change at a time; a sandbox that ends in the middle of one fails nobody who asked for it.
/// </summary>
/// <param name="channel">To the sandbox.</param>
/// <param name="lease">In the ledger.</param>
/// <param name="limit">Sets the kernel's limit to a lease; false: the sandbox uses more, and is being ended.</param>
/// <param name="time">A clock.</param>
internal sealed class SandboxLeaseBook(SandboxChannel channel, MemoryLease lease, Func<ByteSize, bool> limit, TimeProvider time) : IAsyncDisposable
{
    /// <summary>It answers between two steps. One that does not is stopped or hung, and must not keep others from making room elsewhere.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    /// <summary>One that has just let the limit pass is not waited for again: others' room is made while whoever makes it waits, and it could keep them all.</summary>
    private static readonly TimeSpan NotWaitedFor = TimeSpan.FromSeconds(10);

    /// <summary>Never disposed, for it has no handle: those who wait in it when the sandbox ends are let through, and find that it has.</summary>
    private readonly SemaphoreSlim _one = new(1, 1);
    private bool _hasEnded;
    private long _missedAt;
    private Task _told = Task.CompletedTask;

    public ByteSize Size => lease.Size;

    private bool IsSlow => Volatile.Read(ref _missedAt) is not 0 and var at && time.GetElapsedTime(at) < NotWaitedFor;

    /// <summary>False: the ledger has not so many.</summary>
    public async Task<bool> TryGrowAsync(ByteSize size, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);

        try
        {
            if (_hasEnded || size <= lease.Size || lease.TryResize(size) is LeaseOutcome.Refused)
            {
                return false;
            }

            limit(lease.Size);

            if (IsSlow)
            {
                // It hears of it before whatever is sent after this; its answer is of no use.
                _told = channel.LeaseAsync(lease.Size.Bytes, CancellationToken.None);
            }
            else
            {
                await SayAsync(lease.Size.Bytes, cancellationToken);
            }

            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Answers the bytes that came back. The sandbox says what it still uses; less than it was asked to keep it need not say.</summary>
    public async Task<ByteSize> ShrinkAsync(ByteSize size, CancellationToken cancellationToken)
    {
        // Not even for the change under way, which may be one that it does not answer.
        if (IsSlow)
        {
            return ByteSize.Zero;
        }

        await _one.WaitAsync(cancellationToken);

        try
        {
            var before = lease.Size;

            if (_hasEnded || size >= before || size.Bytes <= 0 || await SayAsync(size.Bytes, cancellationToken) is not { } used)
            {
                return ByteSize.Zero;
            }

            if (Math.Max(used, size.Bytes) is var left && left < before.Bytes && limit(new ByteSize(left)))
            {
                lease.TryResize(new ByteSize(left));
            }

            return before - lease.Size;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>From here on it is held to what it was leased when it was opened, and no longer to the most that a sandbox can be.</summary>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);

        try
        {
            if (!_hasEnded)
            {
                limit(lease.Size);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Says the lease as it is.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);

        try
        {
            if (!_hasEnded)
            {
                await SayAsync(lease.Size.Bytes, cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>After a change under way, which the end of the connection answers.</summary>
    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync(CancellationToken.None);

        try
        {
            _hasEnded = true;
            lease.Dispose();
            await _told;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Null: no answer. Its bytes then count as in use, which they may be.</summary>
    private async Task<long?> SayAsync(long bytes, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.LeaseAsync(bytes, cancellationToken).WaitAsync(AnswerLimit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Volatile.Write(ref _missedAt, time.GetTimestamp());
            return null;
        }
    }
}
