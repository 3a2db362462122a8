using System.Runtime.CompilerServices;
using LoraFaaS.Engine.Memory;

namespace LoraFaaS.Engine.KvCache;

/// <summary>
/// One sequence's keys and values: a table of pages, block by block. Owned by the loop that steps it; release it there too,
/// never while a step that names it runs.
/// </summary>
public sealed class KvSequence : IDisposable
{
    private readonly PagePool _pool;
    private readonly KvLayout _layout;
    private readonly OwnerTag _owner;
    private PageIndex[] _pages = [];
    private nint[] _addresses = [];
    private int _pageCount;

    internal KvSequence(PagePool pool, KvLayout layout, OwnerTag owner)
    {
        _pool = pool;
        _layout = layout;
        _owner = owner;
    }

    /// <summary>Tokens there is room for.</summary>
    public int Capacity => _pageCount / _layout.PagesPerBlock * KvLayout.BlockTokens;

    public int PageCount => _pageCount;

    /// <summary>Page addresses, block after block. Pinned: kernels read it without the collector's help.</summary>
    public nint PageTable { get; private set; }

    /// <summary>Makes room for so many tokens in all. False: the pool has too few pages, and nothing has changed.</summary>
    public bool TryGrow(int tokens)
    {
        var wanted = _layout.PagesFor(tokens);
        if (wanted <= _pageCount)
        {
            return true;
        }

        EnsureTable(wanted);
        var added = _pages.AsSpan(_pageCount, wanted - _pageCount);
        if (!_pool.TryRent(_owner, added))
        {
            return false;
        }

        for (var i = _pageCount; i < wanted; i++)
        {
            _addresses[i] = _pool.AddressOf(_pages[i]);
        }

        _pageCount = wanted;
        return true;
    }

    /// <summary>All pages, block after block.</summary>
    internal IEnumerable<PageIndex> HeldPages => _pages.Take(_pageCount);

    /// <summary>The pages of one block.</summary>
    public ReadOnlySpan<PageIndex> BlockPages(int block) => _pages.AsSpan(block * _layout.PagesPerBlock, _layout.PagesPerBlock);

    /// <summary>Appends a block that the caller has taken a reference to, in this sequence's name: this sequence gives it back.</summary>
    internal void Adopt(ReadOnlySpan<PageIndex> block)
    {
        EnsureTable(_pageCount + block.Length);

        foreach (var page in block)
        {
            _pages[_pageCount] = page;
            _addresses[_pageCount++] = _pool.AddressOf(page);
        }
    }

    /// <summary>
    /// Becomes, from nothing, the first tokens of another sequence of the same owner: whole blocks are shared, and the part of a block behind them is
    /// copied, since each writes its own next tokens there. False: the pool has too few pages for that part, and nothing has changed.
    /// </summary>
    public bool TryFork(KvSequence source, int tokens)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNotEqual(_pageCount, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(source._owner, _owner);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, source.Capacity);

        var shared = tokens / KvLayout.BlockTokens * _layout.PagesPerBlock;
        var all = _layout.PagesFor(tokens);
        EnsureTable(all);

        if (!_pool.TryRent(_owner, _pages.AsSpan(shared, all - shared)))
        {
            return false;
        }

        for (var i = shared; i < all; i++)
        {
            _pool.Copy(source._pages[i], _pages[i]);
        }

        source._pages.AsSpan(0, shared).CopyTo(_pages);
        _pool.Share(_pages.AsSpan(0, shared));

        for (; _pageCount < all; _pageCount++)
        {
            _addresses[_pageCount] = _pool.AddressOf(_pages[_pageCount]);
        }

        return true;
    }

    /// <summary>Pages were moved, between steps.</summary>
    internal void Follow(PageMoves moves)
    {
        for (var i = 0; i < _pageCount; i++)
        {
            if (moves.TryFind(_pages[i], out var to))
            {
                _pages[i] = to;
                _addresses[i] = _pool.AddressOf(to);
            }
        }
    }

    /// <summary>Gives all pages back. The sequence may grow again from nothing: preemption by recompute.</summary>
    public void Release()
    {
        _pool.Return(_pages.AsSpan(0, _pageCount));
        _pageCount = 0;
    }

    public void Dispose() => Release();

    private void EnsureTable(int pages)
    {
        if (_pages.Length >= pages)
        {
            return;
        }

        var length = Math.Max(pages, Math.Max(16, _pages.Length * 2));
        Array.Resize(ref _pages, length);

        var addresses = GC.AllocateUninitializedArray<nint>(length, pinned: true);
        _addresses.AsSpan(0, _pageCount).CopyTo(addresses);
        _addresses = addresses;
        PageTable = AddressOf(addresses);
    }

    private static unsafe nint AddressOf(nint[] pinned) => (nint)Unsafe.AsPointer(ref pinned[0]);
}
