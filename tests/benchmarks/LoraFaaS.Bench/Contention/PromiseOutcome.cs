using LoraFaaS.Bench.Workers;

namespace LoraFaaS.Bench.Contention;

/// <summary>What became of one stretch's promises.</summary>
/// <param name="Name">Who took turns, or did not.</param>
/// <param name="Load">Of the least load.</param>
/// <param name="Shorts">Of the calls with few tokens: how many, percent broken.</param>
/// <param name="Longs">The same of those with many.</param>
/// <param name="ShortMedian">Time to first token of short calls in ms.</param>
/// <param name="ShortTail">Its ninth decile.</param>
/// <param name="LongGap">Between tokens of long calls in ms.</param>
/// <param name="TokensASecond">Of all four domains.</param>
internal sealed record PromiseOutcome(
    string Name, double Load, (int Calls, double Broken) Shorts, (int Calls, double Broken) Longs, double ShortMedian, double ShortTail, double LongGap, double TokensASecond)
{
    /// <summary>Percent of all calls that had a promise.</summary>
    public double Broken => ((Shorts.Broken * Shorts.Calls) + (Longs.Broken * Longs.Calls)) / (Shorts.Calls + Longs.Calls);

    /// <summary>Of the calls that were sent from an instant on.</summary>
    public static PromiseOutcome Of(string name, double load, List<DoorTenant> longs, List<DoorTenant> shorts, double from)
    {
        var tokens = longs.Concat(shorts).SelectMany(tenant => tenant.Calls).SelectMany(call => call.TokensAt).Where(at => at >= from).ToList();

        return new PromiseOutcome(
            name,
            load,
            Count(shorts, from),
            Count(longs, from),
            shorts.Average(tenant => tenant.FirstTokenMs(0.5, from)),
            shorts.Average(tenant => tenant.FirstTokenMs(0.9, from)),
            longs.Average(tenant => tenant.BetweenTokensMs(from)),
            tokens.Count / (tokens.Max() - from));
    }

    /// <summary>Broken promises by the second in which their calls were sent: they lie at a stretch's beginning, or all along.</summary>
    public static string BySecond(IEnumerable<DoorTenant> tenants, double begun)
    {
        var broken = tenants.SelectMany(tenant => tenant.Calls.Where(tenant.IsBroken)).Select(call => (int)(call.SentAt - begun)).ToList();
        return string.Join(' ', Enumerable.Range(0, broken.Count > 0 ? broken.Max() + 1 : 1).Select(second => broken.Count(at => at == second)));
    }

    private static (int Calls, double Broken) Count(List<DoorTenant> tenants, double from)
    {
        var (calls, broken) = (0, 0);

        foreach (var tenant in tenants)
        {
            foreach (var call in tenant.Calls.Where(call => call.SentAt >= from))
            {
                calls++;
                broken += tenant.IsBroken(call) ? 1 : 0;
            }
        }

        return (calls, calls > 0 ? 100.0 * broken / calls : 0);
    }
}
