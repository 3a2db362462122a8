using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Offloading;

/// <summary>One scan over candidates in ascending density. What is left of a container when some of its contents have gone is worth, and frees, that much less.</summary>
internal sealed class OffloadScan(IReadOnlyList<OffloadCandidate> candidates)
{
    private readonly ILookup<int?, OffloadCandidate> _contents = candidates.ToLookup(candidate => candidate.Container);
    private readonly HashSet<int> _taken = [];
    private readonly List<OffloadCandidate> _order = [];

    /// <summary>Bytes of those taken so far, each once.</summary>
    public long Freed { get; private set; }

    public double Lost { get; private set; }

    public IReadOnlyList<OffloadCandidate> Taken => _order;

    /// <summary>Neither taken nor inside something taken.</summary>
    public IEnumerable<OffloadCandidate> Open =>
        candidates.Where(candidate => !_taken.Contains(candidate.Id) && !(candidate.Container is { } container && _taken.Contains(container)));

    public static double WholeValue(OffloadCandidate candidate, IReadOnlyList<OffloadCandidate> all) =>
        candidate.Value + all.Where(other => other.Container == candidate.Id).Sum(other => other.Value);

    public long BytesOf(OffloadCandidate candidate) =>
        Math.Max(0, candidate.Bytes - _contents[candidate.Id].Where(inner => _taken.Contains(inner.Id)).Sum(inner => inner.Bytes));

    public double ValueOf(OffloadCandidate candidate) =>
        candidate.Value + _contents[candidate.Id].Where(inner => !_taken.Contains(inner.Id)).Sum(inner => inner.Value);

    /// <summary>Takes the least dense of those that do not suffice alone. False: there is none.</summary>
    public bool TryTakeLeastDense(long smallerThan)
    {
        OffloadCandidate? least = null;
        var density = double.PositiveInfinity;

        foreach (var candidate in Open)
        {
            var bytes = BytesOf(candidate);

            if (bytes > 0 && bytes < smallerThan && DensityOf(candidate, bytes) is var its
                && (its < density || least is null || (its == density && candidate.Idle > least.Value.Idle)))
            {
                (least, density) = (candidate, its);
            }
        }

        if (least is not { } next)
        {
            return false;
        }

        Freed += BytesOf(next);
        Lost += ValueOf(next);
        _taken.Add(next.Id);
        _order.Add(next);
        return true;
    }

    private double DensityOf(OffloadCandidate candidate, long bytes) => candidate.Kind is ArtifactKind.Backbone ? double.MaxValue : ValueOf(candidate) / bytes;
}
