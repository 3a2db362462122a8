namespace LoraFaaS.Simulator.Traces;

/// <summary>A trace with fewer calls, for machines that could not serve it: when functions are called stays what it was, how often becomes less.</summary>
public static class TraceThinning
{
    /// <param name="trace">What is thinned.</param>
    /// <param name="share">Of each function's calls, 0 to 1: evenly by their order, so that bursts stay bursts. A function that is called at all keeps its first call.</param>
    public static Trace Thin(Trace trace, double share)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentOutOfRangeException.ThrowIfNegative(share);

        if (share >= 1)
        {
            return trace;
        }

        var seen = new int[trace.Functions.Count];
        var kept = Enumerable.Range(0, trace.Count).Where(call => IsKept(seen[trace.Function[call]]++, share)).ToArray();

        return new Trace
        {
            Name = trace.Name,
            Arrival = [.. kept.Select(call => trace.Arrival[call])],
            Function = [.. kept.Select(call => trace.Function[call])],
            PromptTokens = [.. kept.Select(call => trace.PromptTokens[call])],
            OutputTokens = [.. kept.Select(call => trace.OutputTokens[call])],
            Functions = trace.Functions,
            CountFrom = trace.CountFrom,
            Length = trace.Length,
        };
    }

    /// <summary>The calls at which the kept share reaches another whole number, the first among them.</summary>
    private static bool IsKept(int call, double share) => call == 0 || Math.Floor(call * share) > Math.Floor((call - 1) * share);
}
