namespace LoraFaaS.Worker.Invocations;

/// <summary>One function of <see cref="ConcurrencyBound"/>: what runs, and who waits. Touched under the lock of its owner alone.</summary>
internal sealed class ConcurrencyLine
{
    private readonly Dictionary<string, ConcurrencyPlace> _places = new(StringComparer.Ordinal);
    private readonly LinkedList<ConcurrencyPlace> _waiting = [];
    private int _running;

    /// <summary>Invocations at once, as the newest comer's revision says.</summary>
    public int Most
    {
        get;
        set
        {
            field = value;
            Grant();
        }
    }

    /// <summary>Invocations that have no place yet.</summary>
    public int Waiting => _waiting.Count;

    public bool IsIdle => _places.Count == 0;

    /// <summary>The invocation would wait for nobody.</summary>
    public bool HasRoomFor(string key) => _places.TryGetValue(key, out var place) ? place.IsGranted : _running < Most;

    /// <summary>The invocation's place, which it may have to wait for. To be left once for each generation that entered.</summary>
    public ConcurrencyPlace Enter(string key)
    {
        if (!_places.TryGetValue(key, out var place))
        {
            _places.Add(key, place = new ConcurrencyPlace(key));
            _waiting.AddLast(place);
            Grant();
        }

        place.Generations++;
        return place;
    }

    public void Leave(ConcurrencyPlace place)
    {
        if (--place.Generations > 0)
        {
            return;
        }

        _places.Remove(place.Key);

        if (place.IsGranted)
        {
            _running--;
            Grant();
        }
        else
        {
            _waiting.Remove(place);
        }
    }

    private void Grant()
    {
        while (_running < Most && _waiting.First is { Value: var first })
        {
            _waiting.RemoveFirst();
            _running++;
            first.Grant();
        }
    }
}
