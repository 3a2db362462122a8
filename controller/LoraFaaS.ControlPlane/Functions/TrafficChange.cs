using LoraFaaS.Contracts.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>A function with another split, and with the memory of who has left by it.</summary>
internal static class TrafficChange
{
    /// <param name="before">As the split was read until now; <paramref name="after"/> may have one revision more.</param>
    public static FunctionRecord Apply(FunctionRecord before, FunctionRecord after, IReadOnlyList<TrafficTarget> targets, DateTimeOffset now)
    {
        var had = Serving(before.Targets, before.Newest.Number);
        var has = Serving(targets, after.Newest.Number);
        var left = had.Except(has).OrderDescending().Select(number => new RetiredRevision(number, now));
        var earlier = (before.Traffic?.Retired ?? []).Where(retired => !has.Contains(retired.Number) && !had.Contains(retired.Number));

        return after with
        {
            Traffic = new FunctionTraffic
            {
                Targets = targets,
                Retired = [.. left.Concat(earlier).Where(retired => after.Find(retired.Number) is not null)],
            },
        };
    }

    /// <summary>The newest <paramref name="most"/> revisions, and older ones that a target names.</summary>
    public static IReadOnlyList<FunctionRevision> Keep(IReadOnlyList<FunctionRevision> revisions, IReadOnlyList<TrafficTarget> targets, int most) =>
        [.. revisions.Where((revision, index) => revisions.Count - index <= most || targets.Any(target => target.Revision == revision.Number))];

    private static HashSet<int> Serving(IReadOnlyList<TrafficTarget> targets, int newest) =>
        [.. TrafficSplit.Shares(targets, newest).Select(share => share.Revision)];
}
