using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>Which revisions of a function are in use: those with a share or a tag, the newest, and those that left the split less than the grace ago.</summary>
public static class LiveRevisions
{
    /// <summary>Oldest first; never empty.</summary>
    public static IReadOnlyList<LiveRevision> Of(FunctionRecord function, DateTimeOffset now, TimeSpan grace)
    {
        if (function.Traffic is not { } traffic)
        {
            return [new LiveRevision(function.Newest, 100, [], Draining: false)];
        }

        var newest = function.Newest.Number;
        var shares = TrafficSplit.Shares(traffic.Targets, newest).ToDictionary(share => share.Revision, share => share.Percent);
        var tags = TrafficSplit.Tags(traffic.Targets, newest);
        var live = new List<LiveRevision>(shares.Count + 1);

        foreach (var revision in function.Revisions)
        {
            var number = revision.Number;
            var percent = shares.GetValueOrDefault(number);
            var wanted = percent > 0 || number == newest || tags.Contains(number);

            if (wanted || IsDraining(traffic, number, now, grace))
            {
                live.Add(new LiveRevision(revision, percent, [.. tags[number]], Draining: !wanted));
            }
        }

        return live;
    }

    /// <summary>Without those that only wait for a rollback.</summary>
    public static IReadOnlyList<LiveRevision> Wanted(FunctionRecord function) => Of(function, DateTimeOffset.UnixEpoch, TimeSpan.MinValue);

    public static bool IsDraining(FunctionTraffic traffic, int number, DateTimeOffset now, TimeSpan grace) =>
        traffic.Retired.Any(retired => retired.Number == number && now - retired.At < grace);
}
