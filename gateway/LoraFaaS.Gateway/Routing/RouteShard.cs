using System.Numerics;

namespace LoraFaaS.Gateway.Routing;

/// <summary>
/// Some of the functions by their names, frozen: open addressing with linear probing, at most half full, hash and key side by side. A lookup reads
/// one line of the table and the key it finds there.
/// </summary>
internal sealed class RouteShard
{
    public static readonly RouteShard Empty = new([]);

    private readonly RouteSlot[] _slots;

    /// <summary>No two of them have the same key.</summary>
    public RouteShard(IReadOnlyList<RouteSlot> filled)
    {
        Count = filled.Count;
        _slots = new RouteSlot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, 2 * Count))];

        foreach (var slot in filled)
        {
            var at = slot.Hash & (_slots.Length - 1);

            while (_slots[at].Key is not null)
            {
                at = (at + 1) & (_slots.Length - 1);
            }

            _slots[at] = slot;
        }
    }

    public int Count { get; }

    public IEnumerable<RouteSlot> Filled => _slots.Where(slot => slot.Key is not null);

    public RouteEntry? Find(int hash, ReadOnlySpan<char> key)
    {
        var slots = _slots;

        for (var at = hash & (slots.Length - 1); ; at = (at + 1) & (slots.Length - 1))
        {
            ref readonly var slot = ref slots[at];

            if (slot.Key is not { } known)
            {
                return null;
            }

            if (slot.Hash == hash && key.SequenceEqual(known))
            {
                return slot.Route;
            }
        }
    }
}
