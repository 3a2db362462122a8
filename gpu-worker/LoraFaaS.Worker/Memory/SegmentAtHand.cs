using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Worker.Memory;

/// <summary>
/// One segment that the machine has given all pages of already, for the next adapter that is packed: whoever packs it writes into pages that are there, instead of having each given, zeroed and entered while
/// a first token waits. As long as the last one that was packed. Made by <see cref="MemoryReserve"/> while nobody waits; any thread takes it. See decisions/0037.
/// </summary>
internal sealed class SegmentAtHand : IDisposable
{
    /// <summary>Adapters of one shape differ by some bytes of their heads.</summary>
    private const long Round = 64L << 10;

    /// <summary>What is that many times as long as it has to be is left for another: giving back the rest would cost as much as it saves.</summary>
    private const int MostTimes = 2;

    private readonly Lock _gate = new();
    private UnsealedMemory? _memory;
    private long _lastAsked;
    private bool _isOver;

    /// <summary>As long as the next one ought to be; 0 where nothing was packed yet.</summary>
    public long Wanted => (Volatile.Read(ref _lastAsked) + Round - 1) / Round * Round;

    /// <summary>Bytes of the one that waits; 0: none.</summary>
    public long Held
    {
        get
        {
            lock (_gate)
            {
                return _memory?.Memory.Length ?? 0;
            }
        }
    }

    /// <summary>Memory for an image of this length, cut to it, its pages there; the caller's. Null: there is none that fits.</summary>
    public UnsealedMemory? TryTake(long bytes)
    {
        if (Take(bytes) is not { } memory)
        {
            return null;
        }

        try
        {
            memory.Shorten(bytes);
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Takes it over, in the place of another.</summary>
    public void Put(UnsealedMemory memory)
    {
        UnsealedMemory? other;

        lock (_gate)
        {
            (other, _memory) = _isOver ? (memory, null) : (_memory, memory);
        }

        other?.Dispose();
    }

    public void Dispose()
    {
        UnsealedMemory? memory;

        lock (_gate)
        {
            (memory, _memory, _isOver) = (_memory, null, true);
        }

        memory?.Dispose();
    }

    private UnsealedMemory? Take(long bytes)
    {
        lock (_gate)
        {
            Volatile.Write(ref _lastAsked, bytes);

            if (_memory is not { } memory || memory.Memory.Length < bytes || memory.Memory.Length > Math.Max(Round, MostTimes * bytes))
            {
                return null;
            }

            _memory = null;
            return memory;
        }
    }
}
