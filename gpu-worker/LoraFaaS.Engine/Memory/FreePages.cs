using System.Numerics;

namespace LoraFaaS.Engine.Memory;

/// <summary>
/// The set of free pages, a bit each, given out lowest first: what is used crowds together at the bottom of the arena, so that its end can be given
/// back. Nothing is allocated after construction. Guarded by the pool's lock.
/// </summary>
internal sealed class FreePages(int pages)
{
    private const int WordBits = 64;

    private readonly ulong[] _words = new ulong[(pages + WordBits - 1) / WordBits];

    /// <summary>No word below this one has a bit.</summary>
    private int _lowest;

    public int Count { get; private set; }

    public bool Contains(int page) => (_words[page / WordBits] & Bit(page)) != 0;

    public void Add(int page)
    {
        _words[page / WordBits] |= Bit(page);
        _lowest = Math.Min(_lowest, page / WordBits);
        Count++;
    }

    /// <summary>The caller has looked at <see cref="Count"/>.</summary>
    public int TakeLowest()
    {
        while (_words[_lowest] == 0)
        {
            _lowest++;
        }

        var page = (_lowest * WordBits) + BitOperations.TrailingZeroCount(_words[_lowest]);
        _words[_lowest] &= _words[_lowest] - 1;
        Count--;
        return page;
    }

    /// <summary>False: it is not free.</summary>
    public bool TryTake(int page)
    {
        if (!Contains(page))
        {
            return false;
        }

        _words[page / WordBits] &= ~Bit(page);
        Count--;
        return true;
    }

    private static ulong Bit(int page) => 1UL << (page % WordBits);
}
