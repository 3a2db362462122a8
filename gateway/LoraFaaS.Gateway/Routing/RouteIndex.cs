using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Routing;

/// <summary>
/// All functions by their names, immutable. A lookup works on the characters as they came and allocates nothing; a change copies only the shards it
/// touches, so that one function of a hundred thousand costs some hundred slots and not all of them.
/// </summary>
internal sealed class RouteIndex
{
    public static readonly RouteIndex Empty = new(Enumerable.Repeat(RouteShard.Empty, Shards).ToArray());

    private const int Shards = 256;

    private readonly RouteShard[] _shards;

    private RouteIndex(RouteShard[] shards)
    {
        _shards = shards;
        Count = shards.Sum(shard => shard.Count);
    }

    public int Count { get; }

    public IEnumerable<RouteEntry> Values => _shards.SelectMany(shard => shard.Routes);

    /// <summary><c>name</c> or <c>name.namespace</c>: what follows the last dot is the namespace, which may be left out where it is the default.</summary>
    public RouteEntry? Find(ReadOnlySpan<char> text)
    {
        var dot = text.LastIndexOf('.');
        var key = dot >= 0 && text[(dot + 1)..].SequenceEqual(NamespaceName.Default.Value) ? text[..dot] : text;
        var hash = string.GetHashCode(key);

        return ShardOf(hash).Find(hash, key);
    }

    public RouteEntry? GetValueOrDefault(FunctionId id)
    {
        var key = KeyOf(id);
        var hash = string.GetHashCode(key);

        return ShardOf(hash).Find(hash, key);
    }

    public bool ContainsKey(FunctionId id) => GetValueOrDefault(id) is not null;

    /// <summary>Removals first; of several upserts of one function the last counts.</summary>
    public RouteIndex With(IEnumerable<FunctionId> removals, IEnumerable<RouteEntry> upserts)
    {
        var changes = new Dictionary<string, RouteEntry?>(StringComparer.Ordinal);

        foreach (var removal in removals)
        {
            changes[KeyOf(removal)] = null;
        }

        foreach (var upsert in upserts)
        {
            changes[KeyOf(upsert.Function)] = upsert;
        }

        if (changes.Count == 0)
        {
            return this;
        }

        var shards = _shards.ToArray();

        foreach (var touched in changes.GroupBy(change => Number(string.GetHashCode(change.Key))))
        {
            var kept = shards[touched.Key].Routes.Where(route => !changes.ContainsKey(KeyOf(route.Function)));
            shards[touched.Key] = new RouteShard([.. kept.Concat(touched.Select(change => change.Value).OfType<RouteEntry>()).Select(SlotOf)]);
        }

        return new RouteIndex(shards);
    }

    /// <summary>No function's name holds a dot, so that a name alone is never another's name with its namespace.</summary>
    private static string KeyOf(FunctionId id) => id.Namespace == NamespaceName.Default ? id.Name.Value : id.ToString();

    private static RouteSlot SlotOf(RouteEntry route)
    {
        var key = KeyOf(route.Function);
        return new RouteSlot(string.GetHashCode(key), key, route);
    }

    /// <summary>By the high bits: the low ones are the place within the shard. The runtime's hash of text is seeded anew in each process, so names cannot be chosen to collide.</summary>
    private static int Number(int hash) => (int)((uint)hash >> 24);

    private RouteShard ShardOf(int hash) => _shards[Number(hash)];
}
