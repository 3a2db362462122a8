using System.Threading.Channels;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Invocations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Memory;

/// <summary>
/// Pages that the machine has given already, kept while nobody waits and let go when a cold start has need of fresh ones: the system hands what was freed last to whoever asks next, so that the
/// file's pages are made of them, and a running sandbox's. A page that was never touched costs a virtual machine a way out to its host, several times what zeroing it costs (<c>decisions/0022</c>).
/// Holds as much as the largest cold start so far asked for, within a limit, of which the segment that the next adapter is packed into is a part (<see cref="SegmentAtHand"/>).
/// </summary>
internal sealed class MemoryReserve(LoadThreads threads, SegmentAtHand segment, ColdInvocations cold, IOptions<WorkerOptions> options, TimeProvider time) : BackgroundService
{
    /// <summary>Filled and let go at once: a load that comes meanwhile waits no longer than this takes, a few milliseconds.</summary>
    public const long Piece = 1L << 20;

    private const int Capacity = 64;

    /// <summary>After the last cold start: what comes close upon it finds the processors free.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly Channel<Spending> _asked = Channel.CreateBounded<Spending>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly long _limit = options.Value.ReserveBytes.Bytes / Piece * Piece;
    private readonly int _nice = options.Value.LoadNice;
    private MappedMemory? _memory;
    private long _held;

    /// <summary>Bytes that are held now.</summary>
    public ByteSize Held => new(Volatile.Read(ref _held) + segment.Held);

    /// <summary>
    /// A cold start begins. Returns at once. What its adapter's file has need of whoever reads it lets go (<see cref="LetGo"/>). A blank has touched the pages that its adapter comes to; for those of a
    /// sandbox that runs as much again is let go, on a thread behind everybody's.
    /// </summary>
    /// <param name="adapter">What its adapter has on disk.</param>
    /// <param name="opens">A sandbox is opened for it.</param>
    public void Spend(ByteSize adapter, bool opens) => _asked.Writer.TryWrite(opens ? new Spending(adapter.Bytes, 0) : new Spending(2 * adapter.Bytes, adapter.Bytes));

    /// <summary>Gives the system so many bytes back, in whole pieces, where there are as many. By the thread that has fresh pages made of them next.</summary>
    public void LetGo(long bytes)
    {
        for (var left = bytes; left > 0; left -= Piece)
        {
            lock (_gate)
            {
                if (_memory is not { } memory || _held < Piece || memory.Advise(MemoryAdvice.DontNeed, _held - Piece, Piece) is not Errno.None)
                {
                    return;
                }

                Volatile.Write(ref _held, _held - Piece);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_limit == 0)
        {
            return;
        }

        using var memory = MappedMemory.Anonymous(_limit);

        // In huge pages they would go back to where only huge pages are taken from. A kernel that knows none gives small ones anyway.
        memory.Advise(MemoryAdvice.NoHugePage);
        Hold(memory);

        try
        {
            await KeepAsync(memory, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the mapping goes with this.
        }
        finally
        {
            Hold(null);
        }
    }

    private void Hold(MappedMemory? memory)
    {
        lock (_gate)
        {
            _memory = memory;
            Volatile.Write(ref _held, 0);
        }
    }

    private async Task KeepAsync(MappedMemory memory, CancellationToken stoppingToken)
    {
        var wanted = 0L;

        while (await _asked.Reader.WaitToReadAsync(stoppingToken))
        {
            while (_asked.Reader.TryRead(out var spending))
            {
                wanted = Math.Max(wanted, Math.Min(_limit, (spending.Wanted + Piece - 1) / Piece * Piece));
                await LetGoBehindAsync(spending.Now, stoppingToken);
            }

            if (!await IsQuietAsync(stoppingToken))
            {
                continue;
            }

            await RenewAsync(stoppingToken);

            while (Volatile.Read(ref _held) < Math.Min(wanted, (_limit - segment.Held) / Piece * Piece) && !_asked.Reader.TryPeek(out _) && await TryFillAsync(memory, stoppingToken))
            {
            }
        }
    }

    /// <summary>Giving back a hundred megabytes takes some milliseconds, which nobody waits for: on a thread that ends with it, by pieces, so that whoever maps memory meanwhile waits for no more than one.</summary>
    private Task LetGoBehindAsync(long bytes, CancellationToken stoppingToken)
    {
        return bytes > 0 ? Task.Factory.StartNew(Work, stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default) : Task.CompletedTask;

        void Work()
        {
            ThreadNice.TryRaise(_nice);
            LetGo(bytes);
        }
    }

    /// <summary>False: another cold start has begun before it was.</summary>
    private async Task<bool> IsQuietAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var quiet = Task.WhenAll(cold.PresentAsync(), Task.Delay(Quiet, time, either.Token));
        var isQuiet = await Task.WhenAny(quiet, _asked.Reader.WaitToReadAsync(either.Token).AsTask()) == quiet;
        stoppingToken.ThrowIfCancellationRequested();
        await either.CancelAsync();
        return isQuiet;
    }

    /// <summary>A segment for the next adapter, as long as the last one's, unless it is there or somebody begins meanwhile.</summary>
    private async Task RenewAsync(CancellationToken stoppingToken)
    {
        var length = segment.Wanted;

        if (length == 0 || length > _limit || length == segment.Held)
        {
            return;
        }

        await LetGoBehindAsync(Volatile.Read(ref _held) - (_limit - length), stoppingToken);
        var fresh = UnsealedMemory.Create("adapter", length);

        try
        {
            for (var from = 0L; from < length; from += Piece)
            {
                var (offset, bytes) = (from, Math.Min(Piece, length - from));

                if (_asked.Reader.TryPeek(out _) || await threads.RunAsync(() => fresh.Memory.Advise(MemoryAdvice.PopulateWrite, offset, bytes), stoppingToken) is not Errno.None)
                {
                    fresh.Dispose();
                    return;
                }
            }
        }
        catch
        {
            fresh.Dispose();
            throw;
        }

        segment.Put(fresh);
    }

    /// <summary>False where the kernel gives none: an old one, or one that has none left.</summary>
    private async Task<bool> TryFillAsync(MappedMemory memory, CancellationToken stoppingToken)
    {
        var from = Volatile.Read(ref _held);

        if (await threads.RunAsync(() => memory.Advise(MemoryAdvice.PopulateWrite, from, Piece), stoppingToken) is not Errno.None)
        {
            return false;
        }

        lock (_gate)
        {
            // Who let go of what lies before it meanwhile wants this, too.
            if (_held != from)
            {
                return memory.Advise(MemoryAdvice.DontNeed, from, Piece) is Errno.None;
            }

            Volatile.Write(ref _held, from + Piece);
            return true;
        }
    }

    /// <summary>What a cold start asks for.</summary>
    /// <param name="Wanted">Bytes that would have been good to have.</param>
    /// <param name="Now">Bytes that are to go at once.</param>
    private readonly record struct Spending(long Wanted, long Now);
}
