using System.Numerics;

namespace LoraFaaS.Gateway.Routing;

/// <summary>
/// Some of the functions by their names, frozen: open addressing with linear probing, at most half full. A lookup reads one line of the table and one of
/// the text that all keys stand in: keys of their own would lie scattered among the routes, a page each to be found.
/// </summary>
internal sealed class RouteShard
{
    public static readonly RouteShard Empty = new([]);

    private readonly Place[] _places;
    private readonly char[] _keys;

    /// <summary>No two of them have the same key.</summary>
    public RouteShard(IReadOnlyList<RouteSlot> filled)
    {
        Count = filled.Count;
        _places = new Place[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, 2 * Count))];
        _keys = new char[filled.Sum(slot => slot.Key.Length)];
        var written = 0;

        foreach (var slot in filled)
        {
            var at = slot.Hash & (_places.Length - 1);

            while (_places[at].Route is not null)
            {
                at = (at + 1) & (_places.Length - 1);
            }

            slot.Key.CopyTo(_keys.AsSpan(written));
            _places[at] = new Place(slot.Hash, written, slot.Key.Length, slot.Route);
            written += slot.Key.Length;
        }
    }

    public int Count { get; }

    public IEnumerable<RouteEntry> Routes => _places.Where(place => place.Route is not null).Select(place => place.Route!);

    public RouteEntry? Find(int hash, ReadOnlySpan<char> key)
    {
        var places = _places;

        for (var at = hash & (places.Length - 1); ; at = (at + 1) & (places.Length - 1))
        {
            ref readonly var place = ref places[at];

            if (place.Route is not { } route)
            {
                return null;
            }

            if (place.Hash == hash && key.SequenceEqual(_keys.AsSpan(place.Start, place.Length)))
            {
                return route;
            }
        }
    }

    /// <summary>Free where there is no route. The key is so many characters of the shard's text.</summary>
    private readonly record struct Place(int Hash, int Start, int Length, RouteEntry? Route);
}
