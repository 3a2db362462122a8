using System.Threading.Channels;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Invocations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Memory;

/// <summary>
/// Pages that the machine has given already, kept while nobody waits and let go when a cold start begins: the system hands what was freed last to whoever asks
/// next, so that the packed adapter and the sandbox's pages are made of them. A page that was never touched costs a virtual machine a way out to its host, several
/// times what zeroing it costs (<c>decisions/0022</c>). Holds as much as the largest cold start so far asked for, within a limit; the packed adapter's share of it
/// as a segment that only needs to be filled, since mapping its pages one by one is what is left of a load's waiting for memory.
/// </summary>
internal sealed class MemoryReserve(LoadThreads threads, ColdInvocations cold, IOptions<WorkerOptions> options, TimeProvider time) : BackgroundService
{
    /// <summary>Filled at once: a load that comes meanwhile waits no longer than this takes, a few milliseconds.</summary>
    private const long Piece = 1L << 20;

    /// <summary>An adapter's bytes are in memory three times when it has come: as the file's, packed, and in the sandbox's pages.</summary>
    private const int Copies = 3;

    /// <summary>What a sandbox that has just been opened touches beside its adapter: activations, keys and values, the runtime's own.</summary>
    private const long Opening = 32L << 20;

    private const int Capacity = 64;

    /// <summary>After the last cold start: what comes close upon it finds the processors free.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly Channel<long> _asked = Channel.CreateBounded<long>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly long _limit = options.Value.ReserveBytes.Bytes / Piece * Piece;
    private long _held;
    private long _largestSegment;
    private UnsealedMemory? _segment;

    /// <summary>Bytes that are held now.</summary>
    public ByteSize Held => new(Volatile.Read(ref _held) + (Volatile.Read(ref _segment)?.Memory.Length ?? 0));

    /// <summary>An empty segment of so many bytes whose pages are there; null: none waits, or none so large. The next one will have what was asked for.</summary>
    public UnsealedMemory? TryTakeSegment(long bytes)
    {
        for (var largest = Volatile.Read(ref _largestSegment); largest < bytes; largest = Volatile.Read(ref _largestSegment))
        {
            Interlocked.CompareExchange(ref _largestSegment, bytes, largest);
        }

        if (Interlocked.Exchange(ref _segment, null) is not { } segment)
        {
            return null;
        }

        if (segment.Memory.Length < bytes)
        {
            segment.Dispose();
            return null;
        }

        segment.Shrink(bytes);
        return segment;
    }

    /// <summary>A cold start begins. Returns at once.</summary>
    /// <param name="adapter">What its adapter has on disk.</param>
    /// <param name="opens">A sandbox is opened for it.</param>
    public void Spend(ByteSize adapter, bool opens) => _asked.Writer.TryWrite((Copies * adapter.Bytes) + (opens ? Opening : 0));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_limit == 0)
        {
            return;
        }

        using var memory = MappedMemory.Anonymous(_limit);

        // In huge pages they would go back to where only huge pages are taken from. A kernel that knows none gives small ones anyway.
        memory.Advise(MemoryAdvice.NoHugePage);

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
            Volatile.Write(ref _held, 0);
            Interlocked.Exchange(ref _segment, null)?.Dispose();
        }
    }

    private async Task KeepAsync(MappedMemory memory, CancellationToken stoppingToken)
    {
        var wanted = 0L;

        while (await _asked.Reader.WaitToReadAsync(stoppingToken))
        {
            while (_asked.Reader.TryRead(out var bytes))
            {
                var pieces = Math.Min(_limit, (bytes + Piece - 1) / Piece * Piece);
                wanted = Math.Max(wanted, pieces);
                var going = Math.Min(pieces, _held);

                // Giving back a hundred megabytes takes some milliseconds, which whoever loads does not wait for.
                await Task.Factory.StartNew(() => LetGo(memory, going), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            if (!await IsQuietAsync(stoppingToken))
            {
                continue;
            }

            await FillSegmentAsync(stoppingToken);
            var rest = wanted - (Volatile.Read(ref _segment)?.Memory.Length ?? 0);

            while (_held < rest && !_asked.Reader.TryPeek(out _) && await TryFillAsync(memory, stoppingToken))
            {
            }
        }
    }

    /// <summary>Nobody finds it before all of it is there; one that a cold start interrupts is begun again after it.</summary>
    private async Task FillSegmentAsync(CancellationToken stoppingToken)
    {
        var bytes = Volatile.Read(ref _largestSegment);

        if (bytes == 0 || bytes > _limit / Copies || Volatile.Read(ref _segment) is not null)
        {
            return;
        }

        var segment = UnsealedMemory.Create("adapter-ahead", bytes);
        var offset = 0L;

        try
        {
            for (; offset < bytes && !_asked.Reader.TryPeek(out _); offset += Piece)
            {
                var (from, length) = (offset, Math.Min(Piece, bytes - offset));

                if (await threads.RunAsync(() => segment.Memory.Advise(MemoryAdvice.PopulateWrite, from, length), stoppingToken) is not Errno.None)
                {
                    break;
                }
            }
        }
        finally
        {
            if (offset >= bytes)
            {
                Volatile.Write(ref _segment, segment);
            }
            else
            {
                segment.Dispose();
            }
        }
    }

    private void LetGo(MappedMemory memory, long bytes)
    {
        if (bytes > 0 && memory.Advise(MemoryAdvice.DontNeed, _held - bytes, bytes) is Errno.None)
        {
            Volatile.Write(ref _held, _held - bytes);
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

    /// <summary>False where the kernel gives none: an old one, or one that has none left.</summary>
    private async Task<bool> TryFillAsync(MappedMemory memory, CancellationToken stoppingToken)
    {
        var from = _held;

        if (await threads.RunAsync(() => memory.Advise(MemoryAdvice.PopulateWrite, from, Piece), stoppingToken) is not Errno.None)
        {
            return false;
        }

        Volatile.Write(ref _held, from + Piece);
        return true;
    }
}
