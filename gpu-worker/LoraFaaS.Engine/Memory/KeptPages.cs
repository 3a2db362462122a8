namespace LoraFaaS.Engine.Memory;

/// <summary>
/// Which pages are kept for their content, and of these the ones nobody holds, in the order they were let go: a linked list over arrays, so nothing
/// is allocated. Guarded by the pool's lock.
/// </summary>
internal sealed class KeptPages
{
    private readonly bool[] _isKept;
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int _ends;

    public KeptPages(int pages)
    {
        _isKept = new bool[pages];
        _next = new int[pages + 1];
        _previous = new int[pages + 1];
        _ends = pages;
        _next[_ends] = _previous[_ends] = _ends;
    }

    /// <summary>Kept pages without a holder.</summary>
    public int Idle { get; private set; }

    public void Keep(int page) => _isKept[page] = true;

    /// <summary>The last holder has gone. False: the page is not kept.</summary>
    public bool TryIdle(int page)
    {
        if (!_isKept[page])
        {
            return false;
        }

        var last = _previous[_ends];
        (_next[last], _previous[page], _next[page], _previous[_ends]) = (page, last, _ends, page);
        Idle++;
        return true;
    }

    /// <summary>It has a holder again.</summary>
    public void Wake(int page)
    {
        (_next[_previous[page]], _previous[_next[page]]) = (_next[page], _previous[page]);
        Idle--;
    }

    /// <summary>The one that has been idle longest, kept no more.</summary>
    public int TakeOldest()
    {
        var page = _next[_ends];
        Wake(page);
        _isKept[page] = false;
        return page;
    }

    /// <summary>An idle page is kept no more. False: it is not kept, or has a holder, which the caller has ruled out.</summary>
    public bool TryForget(int page)
    {
        if (!_isKept[page])
        {
            return false;
        }

        Wake(page);
        _isKept[page] = false;
        return true;
    }

    /// <summary>A held page's content is at another place now, and kept there if it was here.</summary>
    public void Move(int page, int to) => (_isKept[to], _isKept[page]) = (_isKept[page], false);

    public IEnumerable<int> IdlePages()
    {
        for (var page = _next[_ends]; page != _ends; page = _next[page])
        {
            yield return page;
        }
    }
}
