namespace LoraFaaS.Simulator.Traces;

/// <summary>A trace played faster or slower: the gaps between its calls are scaled (papers B5), so that its bursts stay what they are beside its mean.</summary>
public static class TraceScaling
{
    /// <param name="trace">What is scaled.</param>
    /// <param name="callsPerSecond">Of the calls that are counted, in the mean.</param>
    /// <exception cref="ArgumentException">A trace without a call that is counted, or without length, has no rate.</exception>
    public static Trace To(Trace trace, double callsPerSecond)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(callsPerSecond);
        var counted = trace.Arrival.Count(arrival => arrival >= trace.CountFrom);
        var seconds = trace.Length - trace.CountFrom;

        if (counted == 0 || seconds <= 0)
        {
            throw new ArgumentException($"{trace.Name} has no rate.", nameof(trace));
        }

        var longer = counted / seconds / callsPerSecond;

        return new Trace
        {
            Name = FormattableString.Invariant($"{trace.Name}, {callsPerSecond:0.##}/s"),
            Arrival = [.. trace.Arrival.Select(arrival => arrival * longer)],
            Function = trace.Function,
            PromptTokens = trace.PromptTokens,
            OutputTokens = trace.OutputTokens,
            Functions = trace.Functions,
            CountFrom = trace.CountFrom * longer,
            Length = trace.Length * longer,
        };
    }
}
