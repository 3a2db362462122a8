using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>What a clairvoyant asks: when each function is called next.</summary>
internal sealed class FutureCalls
{
    private readonly double[][] _calls;
    private readonly int[] _next;

    public FutureCalls(Trace trace)
    {
        var calls = new List<double>[trace.Functions.Count];

        for (var function = 0; function < calls.Length; function++)
        {
            calls[function] = [];
        }

        for (var call = 0; call < trace.Count; call++)
        {
            calls[trace.Function[call]].Add(trace.Arrival[call]);
        }

        _calls = [.. calls.Select(list => list.ToArray())];
        _next = new int[_calls.Length];
    }

    public void Arrived(int function) => _next[function]++;

    /// <summary>Seconds of the trace; infinite: never again.</summary>
    public double NextOf(int function) => _next[function] < _calls[function].Length ? _calls[function][_next[function]] : double.PositiveInfinity;
}
