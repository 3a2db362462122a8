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
/// Pages that the machine has given already, kept while nobody waits and let go when a cold start begins: the system hands what was freed last to whoever asks
/// next, so that the packed adapter and the sandbox's pages are made of them. A page that was never touched costs a virtual machine a way out to its host, several
/// times what zeroing it costs (<c>decisions/0022</c>). Holds as much as the largest cold start so far asked for, within a limit.
/// </summary>
internal sealed class MemoryReserve(LoadThreads threads, ColdInvocations cold, IOptions<WorkerOptions> options, TimeProvider time) : BackgroundService
{
    /// <summary>Filled at once: a load that comes meanwhile waits no longer than this takes, a few milliseconds.</summary>
    private const long Piece = 1L << 20;

    /// <summary>An adapter's bytes are in memory three times when it has come: as the file's, packed, and in the sandbox's pages. A blank has touched the last of these before it is opened.</summary>
    private const int Copies = 3;

    /// <summary>What a sandbox that has just been opened touches beside what it touched as a blank: the runtime's own.</summary>
    private const long Opening = 8L << 20;

    private const int Capacity = 64;

    /// <summary>After the last cold start: what comes close upon it finds the processors free.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly Channel<long> _asked = Channel.CreateBounded<long>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly long _limit = options.Value.ReserveBytes.Bytes / Piece * Piece;
    private readonly int _nice = options.Value.LoadNice;
    private long _held;

    /// <summary>Bytes that are held now.</summary>
    public ByteSize Held => new(Volatile.Read(ref _held));

    /// <summary>A cold start begins. Returns at once.</summary>
    /// <param name="adapter">What its adapter has on disk.</param>
    /// <param name="opens">A sandbox is opened for it.</param>
    public void Spend(ByteSize adapter, bool opens) => _asked.Writer.TryWrite(opens ? ((Copies - 1) * adapter.Bytes) + Opening : Copies * adapter.Bytes);

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

                // Giving back a hundred megabytes takes some milliseconds, which whoever loads does not wait for, nor whoever opens a sandbox: a thread of its own, behind theirs.
                if (going > 0)
                {
                    await Task.Factory.StartNew(() => LetGo(memory, going), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                }
            }

            if (!await IsQuietAsync(stoppingToken))
            {
                continue;
            }

            while (_held < wanted && !_asked.Reader.TryPeek(out _) && await TryFillAsync(memory, stoppingToken))
            {
            }
        }
    }

    /// <summary>On a thread that ends with it. By pieces, so that whoever maps memory meanwhile waits for no more than one.</summary>
    private void LetGo(MappedMemory memory, long bytes)
    {
        ThreadNice.TryRaise(_nice);

        for (var left = bytes; left > 0 && memory.Advise(MemoryAdvice.DontNeed, _held - Piece, Piece) is Errno.None; left -= Piece)
        {
            Volatile.Write(ref _held, _held - Piece);
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
