using System.Collections.Frozen;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.Gateway.Routing;

/// <summary>The revisions of a function that has several in use: who gets how many of its calls, and who is reached by which name.</summary>
internal sealed class RevisionSplit
{
    private readonly RouteEntry[] _serving;
    private readonly int[] _percents;
    private readonly FrozenDictionary<int, RouteEntry> _byNumber;
    private readonly FrozenDictionary<string, RouteEntry> _byTag;
    private readonly ulong _salt;

    public RevisionSplit(FunctionId function, IReadOnlyList<(RouteEntry Entry, int Percent, IReadOnlyList<string> Tags)> targets)
    {
        var ordered = targets.OrderBy(target => target.Entry.Revision.Number).ToArray();
        var serving = ordered.Where(target => target.Percent > 0).ToArray();
        _serving = [.. serving.Select(target => target.Entry)];
        _percents = [.. serving.Select(target => target.Percent)];
        _byNumber = ordered.ToFrozenDictionary(target => target.Entry.Revision.Number, target => target.Entry);
        _byTag = ordered.SelectMany(target => target.Tags.Select(tag => (Tag: tag, target.Entry)))
            .DistinctBy(pair => pair.Tag)
            .ToFrozenDictionary(pair => pair.Tag, pair => pair.Entry, StringComparer.Ordinal);
        _salt = StickyChoice.Salt(function.ToString());
        Newest = ordered[^1].Entry;
    }

    public RouteEntry Newest { get; }

    /// <summary>Revisions that can be named, oldest first.</summary>
    public IEnumerable<int> Numbers => _byNumber.Keys.Order();

    /// <summary>The one that calls with this key meet. Null: none has a share.</summary>
    public RouteEntry? Choose(ReadOnlySpan<char> key) =>
        _serving.Length == 0 ? null : _serving[StickyChoice.Choose(_percents, StickyChoice.Hash(_salt, key))];

    public RouteEntry? Find(int number) => _byNumber.GetValueOrDefault(number);

    public RouteEntry? FindTag(string tag) => _byTag.GetValueOrDefault(tag);

    /// <summary><c>2</c>, <c>rev2</c>, <c>latest</c>, or a tag.</summary>
    public RouteEntry? Find(string pin) => pin == TrafficText.Latest ? Newest : FindTag(pin) ?? (RevisionName.TryParse(pin, out var number) ? Find(number) : null);
}
