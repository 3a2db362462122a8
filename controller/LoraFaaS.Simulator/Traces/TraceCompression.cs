namespace LoraFaaS.Simulator.Traces;

/// <summary>Makes a trace short enough to be played for real: the same calls, faster.</summary>
public static class TraceCompression
{
    /// <summary>
    /// The counted part of a trace at <paramref name="faster"/> times its speed, without the calls that would not be clearly warm or clearly cold under a
    /// keep-alive: of one function, calls that are nearer to the one before than <paramref name="least"/> seconds, or that come between half and one and a
    /// half keep-alives after it.
    /// </summary>
    /// <param name="trace">Whose functions and calls.</param>
    /// <param name="faster">Seconds of the trace in one of the result.</param>
    /// <param name="keepAlive">Seconds, after compression.</param>
    /// <param name="least">Seconds, after compression.</param>
    /// <param name="lead">Seconds before the first call.</param>
    /// <param name="outputTokens">Of each function's answers.</param>
    /// <param name="adapterMegabytes">Of each function's adapter.</param>
    public static Trace Of(Trace trace, double faster, double keepAlive, double least, double lead, IReadOnlyList<int> outputTokens, double adapterMegabytes)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var last = new double[trace.Functions.Count];
        Array.Fill(last, double.NegativeInfinity);
        var calls = new List<(double At, int Call)>();

        for (var call = 0; call < trace.Count; call++)
        {
            var at = lead + ((trace.Arrival[call] - trace.CountFrom) / faster);
            var gap = at - last[trace.Function[call]];

            if (at >= lead && gap >= least && (gap <= keepAlive / 2 || gap >= keepAlive * 1.5))
            {
                calls.Add((at, call));
                last[trace.Function[call]] = at;
            }
        }

        return new Trace
        {
            Name = FormattableString.Invariant($"{trace.Name}, {faster:0} times as fast"),
            Arrival = [.. calls.Select(call => call.At)],
            Function = [.. calls.Select(call => trace.Function[call.Call])],
            PromptTokens = [.. calls.Select(call => trace.PromptTokens[call.Call])],
            OutputTokens = [.. calls.Select(call => outputTokens[trace.Function[call.Call]])],
            Functions = [.. trace.Functions.Select(function => function with { AdapterMegabytes = adapterMegabytes })],
            Length = lead + ((trace.Length - trace.CountFrom) / faster),
        };
    }
}
