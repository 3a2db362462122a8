namespace LoraFaaS.Policies.Preloading;

/// <summary>The functions at home at each worker and tier, as linked lists in arrays: in and out in one step, copied whole.</summary>
internal sealed class HomeLists
{
    private const int None = -1;

    private readonly int[] _first;
    private readonly int[] _next;
    private readonly int[] _previous;

    public HomeLists(int places, int functions)
    {
        _first = new int[places];
        _next = new int[functions];
        _previous = new int[functions];
        Array.Fill(_first, None);
    }

    public void CopyFrom(HomeLists other)
    {
        other._first.CopyTo(_first, 0);
        other._next.CopyTo(_next, 0);
        other._previous.CopyTo(_previous, 0);
    }

    /// <summary>Some function there; negative when there is none. Which is first says nothing.</summary>
    public int First(int place) => _first[place];

    public int Next(int function) => _next[function];

    public void Add(int place, int function)
    {
        var second = _first[place];
        (_next[function], _previous[function]) = (second, None);
        _first[place] = function;

        if (second != None)
        {
            _previous[second] = function;
        }
    }

    public void Remove(int place, int function)
    {
        var (next, previous) = (_next[function], _previous[function]);

        if (previous == None)
        {
            _first[place] = next;
        }
        else
        {
            _next[previous] = next;
        }

        if (next != None)
        {
            _previous[next] = previous;
        }
    }
}
