using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Policies.Traffic;

/// <summary>
/// How a split changes: by a deployment, a promotion, a rollback. Tags stay with their revisions through all of them; shares are pinned to numbers
/// where more than one revision serves, so that the next deployment cannot slip into somebody's share.
/// </summary>
public static class TrafficPolicy
{
    private const int Whole = 100;

    /// <summary>All calls to the newest revision, and to those that follow it.</summary>
    public static IReadOnlyList<TrafficTarget> ToNewest(IReadOnlyList<TrafficTarget> targets) =>
        Normal([new TrafficTarget { Percent = Whole }, .. TagsOf(targets)]);

    /// <summary>A new revision gets <paramref name="percent"/> of the calls; those that served before share the rest as they shared the whole.</summary>
    /// <param name="before">The newest revision before this one.</param>
    public static IReadOnlyList<TrafficTarget> Canary(IReadOnlyList<TrafficTarget> targets, int before, int newest, int percent)
    {
        if (percent >= Whole)
        {
            return ToNewest(targets);
        }

        // Tags that follow the newest follow it still; the shares do not.
        var old = Scale(TrafficSplit.Shares(targets, before), Whole - percent);
        return Normal([.. old.Select(Pinned), Pinned(new TrafficShare(newest, percent)), .. TagsOf(targets)]);
    }

    /// <summary>To a revision named; or without <paramref name="to"/> the newest one that serves leaves, and where it served alone what served before it comes back.</summary>
    /// <param name="retired">Revisions that have left the split and are still kept, the last to leave first.</param>
    /// <param name="known">All that are kept, in any order.</param>
    public static TrafficMove Rollback(IReadOnlyList<TrafficTarget> targets, int newest, IReadOnlyList<int> retired, IReadOnlyCollection<int> known, int? to)
    {
        if (to is { } wanted)
        {
            return known.Contains(wanted)
                ? new TrafficMove.To(Normal([Pinned(new TrafficShare(wanted, Whole)), .. TagsOf(targets)]))
                : new TrafficMove.Refused($"there is no revision {wanted}");
        }

        var shares = TrafficSplit.Shares(targets, newest);

        if (shares.Count > 1)
        {
            return new TrafficMove.To(Normal([.. Scale([.. shares.SkipLast(1)], Whole).Select(Pinned), .. TagsOf(targets)]));
        }

        // A revision that was itself taken back is newer than what serves, and is not what to return to.
        var serving = shares[0].Revision;
        var last = retired.Cast<int?>().FirstOrDefault(number => number < serving && known.Contains(number!.Value))
            ?? known.Where(number => number < serving).Cast<int?>().Max();

        return last is { } before
            ? new TrafficMove.To(Normal([Pinned(new TrafficShare(before, Whole)), .. TagsOf(targets)]))
            : new TrafficMove.Refused($"nothing older than revision {serving} is kept");
    }

    /// <summary>Whole percents in the same proportion, <paramref name="sum"/> together: what rounding leaves over goes to the largest remainders, the older first.</summary>
    internal static IReadOnlyList<TrafficShare> Scale(IReadOnlyList<TrafficShare> shares, int sum)
    {
        var total = shares.Sum(share => share.Percent);
        var scaled = shares.Select(share => share with { Percent = share.Percent * sum / total }).ToArray();
        var left = sum - scaled.Sum(share => share.Percent);

        foreach (var index in Enumerable.Range(0, shares.Count).OrderByDescending(index => shares[index].Percent * sum % total).ThenBy(index => index).Take(left))
        {
            scaled[index] = scaled[index] with { Percent = scaled[index].Percent + 1 };
        }

        return scaled;
    }

    private static TrafficTarget Pinned(TrafficShare share) => new() { Revision = share.Revision, Percent = share.Percent };

    private static IEnumerable<TrafficTarget> TagsOf(IReadOnlyList<TrafficTarget> targets) =>
        targets.Where(target => target.Tag is not null).Select(target => target with { Percent = 0 });

    /// <summary>Without targets that say nothing.</summary>
    private static IReadOnlyList<TrafficTarget> Normal(IEnumerable<TrafficTarget> targets) =>
        [.. targets.Where(target => target.Percent > 0 || target.Tag is not null)];
}
