using System.Numerics;
using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Memory;

/// <summary>
/// Fixed-size pages of one arena, for keys, values and adapter weights alike, so that neither kind strands bytes the other needs.
/// Only the arena's beginning is open, as far as the lease reaches; it grows and shrinks at its end (<see cref="Grow"/>, <see cref="Shrink"/>).
/// Counts references (a shared prefix has several holders) and clears a page whose owner changes. A kept page stays findable when its last holder
/// has gone: it counts as free, and is rented last, the longest unused first.
/// Safe for several threads: an adapter is loaded while a step runs.
/// </summary>
public sealed class PagePool
{
    private readonly Lock _gate = new();
    private readonly DeviceMemory _arena;
    private readonly FreePages _free;
    private readonly int[] _references;
    private readonly OwnerTag[] _owners;
    private readonly int[] _versions;
    private readonly KeptPages _kept;
    private int _open;

    /// <summary>The whole arena is open.</summary>
    public PagePool(DeviceMemory arena, int pageBytes)
        : this(arena, pageBytes, long.MaxValue)
    {
    }

    /// <param name="arena">As much as may ever be leased.</param>
    /// <param name="pageBytes">A power of two.</param>
    /// <param name="openBytes">What may be used at first, in whole pages.</param>
    public PagePool(DeviceMemory arena, int pageBytes, long openBytes)
    {
        ArgumentNullException.ThrowIfNull(arena);
        if (!BitOperations.IsPow2(pageBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(pageBytes), pageBytes, "A page's size must be a power of two.");
        }

        _arena = arena;
        PageBytes = pageBytes;
        Limit = checked((int)(arena.Bytes / pageBytes));
        _free = new FreePages(Limit);
        _references = new int[Limit];
        _owners = new OwnerTag[Limit];
        _versions = new int[Limit];
        _kept = new KeptPages(Limit);
        Grow((int)Math.Min(Limit, openBytes / pageBytes));
    }

    public int PageBytes { get; }

    /// <summary>Pages of the arena: the most there may ever be.</summary>
    public int Limit { get; }

    /// <summary>Pages that are open now.</summary>
    public int Total => Volatile.Read(ref _open);

    public int Free
    {
        get
        {
            lock (_gate)
            {
                return _free.Count + _kept.Idle;
            }
        }
    }

    /// <summary>Free pages whose content may be found again.</summary>
    public int Kept
    {
        get
        {
            lock (_gate)
            {
                return _kept.Idle;
            }
        }
    }

    public int Used
    {
        get
        {
            lock (_gate)
            {
                return _open - _free.Count - _kept.Idle;
            }
        }
    }

    /// <summary>What may stand in for a page for a while is any memory of the process.</summary>
    public bool IsHost => _arena.IsHost;

    public nint AddressOf(PageIndex page) => _arena.Address + (nint)((long)page.Value * PageBytes);

    /// <summary>Fills a rented page from its start.</summary>
    public void Write(PageIndex page, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, PageBytes);
        _arena.Write((long)page.Value * PageBytes, content);
    }

    /// <summary>Fills a part of a rented page.</summary>
    public void Write(PageIndex page, int offset, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, PageBytes - offset);
        _arena.Write(((long)page.Value * PageBytes) + offset, content);
    }

    /// <summary>Copies a rented page's beginning.</summary>
    public void Read(PageIndex page, Span<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, PageBytes);
        _arena.Read((long)page.Value * PageBytes, content);
    }

    /// <summary>Fills a rented page with what another rented page holds.</summary>
    public void Copy(PageIndex from, PageIndex to) => _arena.Copy((long)from.Value * PageBytes, (long)to.Value * PageBytes, PageBytes);

    /// <summary>All of the pages asked for, or none. Their content is zero unless the same owner held them last.</summary>
    public bool TryRent(OwnerTag owner, Span<PageIndex> pages)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(owner, default);

        lock (_gate)
        {
            if (_free.Count + _kept.Idle < pages.Length)
            {
                return false;
            }

            for (var i = 0; i < pages.Length; i++)
            {
                var page = _free.Count > 0 ? _free.TakeLowest() : _kept.TakeOldest();
                _references[page] = 1;
                _versions[page]++;
                pages[i] = new PageIndex(page);
            }
        }

        // Outside the lock: the pages are ours already, and clearing is the slow part.
        foreach (var page in pages)
        {
            if (_owners[page.Value] != owner)
            {
                // A page nobody has ever had is zero as it is.
                if (_owners[page.Value] != default)
                {
                    _arena.Clear((long)page.Value * PageBytes, PageBytes);
                }

                _owners[page.Value] = owner;
            }
        }

        return true;
    }

    /// <summary>One more holder of pages that are already rented.</summary>
    public void Share(ReadOnlySpan<PageIndex> pages)
    {
        lock (_gate)
        {
            foreach (var page in pages)
            {
                ThrowIfFree(page);
                _references[page.Value]++;
            }
        }
    }

    /// <summary>
    /// The pages hold something worth finding again. Answers their versions: a page's version changes when somebody rents it anew.
    /// </summary>
    public void Keep(ReadOnlySpan<PageIndex> pages, Span<int> versions)
    {
        lock (_gate)
        {
            for (var i = 0; i < pages.Length; i++)
            {
                ThrowIfFree(pages[i]);
                _kept.Keep(pages[i].Value);
                versions[i] = _versions[pages[i].Value];
            }
        }
    }

    /// <summary>Takes kept pages again, as one more holder. False: one of them was rented by another since, and nothing has changed.</summary>
    public bool TryRevive(ReadOnlySpan<PageIndex> pages, ReadOnlySpan<int> versions)
    {
        lock (_gate)
        {
            for (var i = 0; i < pages.Length; i++)
            {
                if (_versions[pages[i].Value] != versions[i])
                {
                    return false;
                }
            }

            foreach (var page in pages)
            {
                if (_references[page.Value]++ == 0)
                {
                    _kept.Wake(page.Value);
                }
            }

            return true;
        }
    }

    /// <summary>One holder less; the last one frees the page. Kept pages are forgotten from the last one on: a prefix is of use without its end.</summary>
    public void Return(ReadOnlySpan<PageIndex> pages)
    {
        lock (_gate)
        {
            for (var i = pages.Length - 1; i >= 0; i--)
            {
                ThrowIfFree(pages[i]);

                if (--_references[pages[i].Value] == 0 && !_kept.TryIdle(pages[i].Value))
                {
                    _free.Add(pages[i].Value);
                }
            }
        }
    }

    /// <summary>The lease reaches further: so many pages are open from now on. Fewer than there are changes nothing.</summary>
    public void Grow(int pages)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pages, Limit);

        lock (_gate)
        {
            for (; _open < pages; _open++)
            {
                _free.Add(_open);
            }
        }
    }

    /// <summary>
    /// Closes the end of the pool down to so many pages, or as far as it can: what nobody holds there is forgotten, what the caller can move
    /// (<paramref name="movable"/>) goes to free pages below, and the rest keeps the end where it is. What is closed is given back to the system and
    /// reads as zero. Nothing that is moved may be in a running step. Answers where what was moved is now; whoever named the old places must follow.
    /// </summary>
    public PageMoves Shrink(int pages, IReadOnlySet<PageIndex> movable)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pages);
        ArgumentNullException.ThrowIfNull(movable);
        var moves = new PageMoves();
        int end;

        lock (_gate)
        {
            end = _open;

            // What is held needs its place below, so the cut is never lower than that.
            var cut = Math.Min(end, Math.Max(pages, end - _free.Count - _kept.Idle));
            var last = cut - 1;

            // Nobody rents behind the cut while pages move: the lock is held. Moving is a copy of a few pages; a loading adapter waits that long.
            for (var page = cut; page < end; page++)
            {
                if (_references[page] > 0 && !(movable.Contains(new PageIndex(page)) && TryMove(page, cut, moves)))
                {
                    last = page;
                }
            }

            for (var page = last + 1; page < end; page++)
            {
                MoveOrForget(page, last + 1, moves);
            }

            _open = last + 1;

            for (var page = _open; page < end; page++)
            {
                _free.TryTake(page);
                _owners[page] = default;
            }

            if (_open < end)
            {
                _arena.Discard((long)_open * PageBytes, (long)(end - _open) * PageBytes);
            }
        }

        return moves;
    }

    /// <summary>Throws unless every open page is either free once and unreferenced, or not free and referenced, and no closed page is either.</summary>
    internal void Verify()
    {
        lock (_gate)
        {
            var idle = _kept.IdlePages().ToHashSet();
            var free = 0;

            for (var page = 0; page < Limit; page++)
            {
                var states = (_free.Contains(page) ? 1 : 0) + (idle.Contains(page) ? 1 : 0) + (_references[page] > 0 ? 1 : 0);
                free += _free.Contains(page) ? 1 : 0;

                if (states != (page < _open ? 1 : 0))
                {
                    throw new InvalidOperationException($"Page {page} of {_open} open ones is in {states} of: free, kept idle, referenced ({_references[page]}).");
                }
            }

            if (free != _free.Count || idle.Count != _kept.Idle)
            {
                throw new InvalidOperationException($"{free} pages are free and {_free.Count} counted; {idle.Count} are kept idle and {_kept.Idle} counted.");
            }
        }
    }

    /// <summary>A kept page without a holder goes below where there is room, or is free and its content found no more.</summary>
    private void MoveOrForget(int page, int cut, PageMoves moves)
    {
        if (_references[page] > 0 || !_kept.TryForget(page))
        {
            return;
        }

        if (TryMove(page, cut, moves) && moves.TryFind(new PageIndex(page), out var to))
        {
            _kept.Keep(to.Value);
            _kept.TryIdle(to.Value);
            return;
        }

        _versions[page]++;
        _free.Add(page);
    }

    private bool TryMove(int page, int cut, PageMoves moves)
    {
        if (_free.Count == 0)
        {
            return false;
        }

        var to = _free.TakeLowest();

        if (to >= cut)
        {
            _free.Add(to);
            return false;
        }

        _arena.Copy((long)page * PageBytes, (long)to * PageBytes, PageBytes);
        (_references[to], _references[page]) = (_references[page], 0);
        _owners[to] = _owners[page];
        var before = _versions[page]++;
        _versions[to]++;
        _kept.Move(page, to);
        _free.Add(page);
        moves.Add(new PageIndex(page), new PageIndex(to), before, _versions[to]);
        return true;
    }

    private void ThrowIfFree(PageIndex page)
    {
        if (_references[page.Value] <= 0)
        {
            throw new InvalidOperationException($"Page {page.Value} is not rented.");
        }
    }
}
