using System.Numerics;
using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Memory;

/// <summary>
/// Fixed-size pages of one arena, for keys, values and adapter weights alike, so that neither kind strands bytes the other needs.
/// Counts references (a shared prefix has several holders) and clears a page whose owner changes. A kept page stays findable when its last holder
/// has gone: it counts as free, and is rented last, the longest unused first.
/// Safe for several threads: an adapter is loaded while a step runs.
/// </summary>
public sealed class PagePool
{
    private readonly Lock _gate = new();
    private readonly DeviceMemory _arena;
    private readonly int[] _free;
    private readonly int[] _references;
    private readonly OwnerTag[] _owners;
    private readonly int[] _versions;
    private readonly KeptPages _kept;
    private int _freeCount;

    public PagePool(DeviceMemory arena, int pageBytes)
    {
        ArgumentNullException.ThrowIfNull(arena);
        if (!BitOperations.IsPow2(pageBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(pageBytes), pageBytes, "A page's size must be a power of two.");
        }

        _arena = arena;
        PageBytes = pageBytes;
        Total = checked((int)(arena.Bytes / pageBytes));
        _free = new int[Total];
        _references = new int[Total];
        _owners = new OwnerTag[Total];
        _versions = new int[Total];
        _kept = new KeptPages(Total);
        _freeCount = Total;

        // The lowest page on top: a lightly used arena touches the fewest of the machine's own pages.
        for (var i = 0; i < Total; i++)
        {
            _free[i] = Total - 1 - i;
        }
    }

    public int PageBytes { get; }

    public int Total { get; }

    public int Free
    {
        get
        {
            lock (_gate)
            {
                return _freeCount + _kept.Idle;
            }
        }
    }

    public int Used => Total - Free;

    public nint AddressOf(PageIndex page) => _arena.Address + (nint)((long)page.Value * PageBytes);

    /// <summary>Fills a rented page from its start.</summary>
    public void Write(PageIndex page, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, PageBytes);
        _arena.Write((long)page.Value * PageBytes, content);
    }

    /// <summary>All of the pages asked for, or none. Their content is zero unless the same owner held them last.</summary>
    public bool TryRent(OwnerTag owner, Span<PageIndex> pages)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(owner, default);

        lock (_gate)
        {
            if (_freeCount + _kept.Idle < pages.Length)
            {
                return false;
            }

            for (var i = 0; i < pages.Length; i++)
            {
                var page = _freeCount > 0 ? _free[--_freeCount] : _kept.TakeOldest();
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
                _arena.Clear((long)page.Value * PageBytes, PageBytes);
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
                    _free[_freeCount++] = pages[i].Value;
                }
            }
        }
    }

    /// <summary>Throws unless every page is either free once and unreferenced, or not free and referenced.</summary>
    internal void Verify()
    {
        lock (_gate)
        {
            var seen = new bool[Total];
            for (var i = 0; i < _freeCount; i++)
            {
                if (seen[_free[i]] || _references[_free[i]] != 0)
                {
                    throw new InvalidOperationException($"Page {_free[i]} is free twice, or free and referenced.");
                }

                seen[_free[i]] = true;
            }

            foreach (var page in _kept.IdlePages())
            {
                if (seen[page] || _references[page] != 0)
                {
                    throw new InvalidOperationException($"Page {page} is kept and free, or kept idle and referenced.");
                }

                seen[page] = true;
            }

            for (var page = 0; page < Total; page++)
            {
                if (!seen[page] && _references[page] <= 0)
                {
                    throw new InvalidOperationException($"Page {page} is neither free nor referenced.");
                }
            }
        }
    }

    private void ThrowIfFree(PageIndex page)
    {
        if (_references[page.Value] <= 0)
        {
            throw new InvalidOperationException($"Page {page.Value} is not rented.");
        }
    }
}
