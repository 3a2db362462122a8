using LoraFaaS.Engine.Memory;

namespace LoraFaaS.Engine.KvCache;

/// <summary>
/// Finds full blocks of keys and values that were computed before, by their keys. It holds no page: idle ones count as free, and the pool takes
/// them, the longest unused first, before anybody is preempted; an entry whose pages were taken is found out by their versions. Owned by the loop
/// that steps the sequences.
/// </summary>
public sealed class PrefixCache(PagePool pool, KvLayout layout)
{
    private readonly Dictionary<BlockKey, Entry> _entries = [];

    /// <summary>The key each block's first page was last registered under, so that there are never more entries than blocks.</summary>
    private readonly Dictionary<PageIndex, BlockKey> _keys = [];

    public int Count => _entries.Count;

    /// <summary>Puts the longest cached run of blocks into an empty sequence. Answers how many blocks; the caller runs the tokens behind them.</summary>
    public int Adopt(KvSequence sequence, BlockChain chain, int maxBlocks)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sequence.PageCount, 0);

        var blocks = 0;

        for (; blocks < Math.Min(maxBlocks, chain.Keys.Count); blocks++)
        {
            if (!_entries.TryGetValue(chain.Keys[blocks], out var entry) || !pool.TryRevive(entry.Pages, entry.Versions))
            {
                break;
            }

            sequence.Adopt(entry.Pages);
        }

        return blocks;
    }

    /// <summary>The sequence's block is computed: from now on it may be found. The first of equal blocks stays.</summary>
    public void Register(KvSequence sequence, int block, BlockKey key)
    {
        ArgumentNullException.ThrowIfNull(sequence);

        var pages = sequence.BlockPages(block).ToArray();

        if (_entries.TryGetValue(key, out var known) && IsThere(known))
        {
            return;
        }

        if (_keys.TryGetValue(pages[0], out var earlier) && _entries.TryGetValue(earlier, out var stale) && stale.Pages[0] == pages[0])
        {
            _entries.Remove(earlier);
        }

        var versions = new int[layout.PagesPerBlock];
        pool.Keep(pages, versions);
        _entries[key] = new Entry(pages, versions);
        _keys[pages[0]] = key;
    }

    /// <summary>Pages were moved: the blocks in them are found at their new places.</summary>
    internal void Follow(PageMoves moves)
    {
        foreach (var (key, entry) in _entries)
        {
            var first = entry.Pages[0];

            for (var i = 0; i < entry.Pages.Length; i++)
            {
                // An entry whose version is another's describes what is no longer there, wherever it went.
                if (moves.TryFind(entry.Pages[i], out var to, out var before, out var version) && entry.Versions[i] == before)
                {
                    (entry.Pages[i], entry.Versions[i]) = (to, version);
                }
            }

            if (entry.Pages[0] != first)
            {
                _keys.Remove(first);
                _keys[entry.Pages[0]] = key;
            }
        }
    }

    private bool IsThere(Entry entry)
    {
        if (!pool.TryRevive(entry.Pages, entry.Versions))
        {
            return false;
        }

        pool.Return(entry.Pages);
        return true;
    }

    private sealed record Entry(PageIndex[] Pages, int[] Versions);
}
