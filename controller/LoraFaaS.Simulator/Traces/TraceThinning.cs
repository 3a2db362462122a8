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
        return Keep(trace, call => IsKept(seen[trace.Function[call]]++, share));
    }

    /// <summary>
    /// No span of the trace asks for more than so much work, the hours before the counted ones among them: what could not be served there would still stand in the queue when counting
    /// begins. A span that asks for less stays as it is.
    /// </summary>
    /// <param name="trace">What is thinned.</param>
    /// <param name="seconds">Of a span; one begins where counting does.</param>
    /// <param name="work">Of a call, by its position.</param>
    /// <param name="most">Work of a span.</param>
    public static Trace Bound(Trace trace, double seconds, Func<int, double> work, double most)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);

        var asked = Enumerable.Range(0, trace.Count).GroupBy(SpanOf).ToDictionary(span => span.Key, span => span.Sum(work));
        var seen = new Dictionary<(int Span, int Function), int>();

        return asked.Values.All(sum => sum <= most) ? trace : Keep(trace, call =>
        {
            var key = (SpanOf(call), trace.Function[call]);
            seen[key] = seen.GetValueOrDefault(key) + 1;
            return IsKept(seen[key] - 1, Math.Min(1, most / asked[key.Item1]));
        });

        int SpanOf(int call) => (int)Math.Floor((trace.Arrival[call] - trace.CountFrom) / seconds);
    }

    private static Trace Keep(Trace trace, Predicate<int> isKept)
    {
        var kept = Enumerable.Range(0, trace.Count).Where(call => isKept(call)).ToArray();

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
