namespace LoraFaaS.Bench.Forecasting;

/// <summary>One function's calls in each minute of a trace, and its class by the variation of its arrivals.</summary>
internal sealed record TraceSeries(string Id, string Class, int[] Minutes)
{
    public ulong Seed { get; } = Hash(Id);

    /// <summary>Calls of <paramref name="minutes"/> minutes from <paramref name="from"/> on; NaN where the trace does not reach.</summary>
    public float CallsOf(int from, int minutes, int end)
    {
        if (from + minutes > end)
        {
            return float.NaN;
        }

        long sum = 0;

        for (var i = from; i < from + minutes; i++)
        {
            sum += Minutes[i];
        }

        return sum;
    }

    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;

        foreach (var letter in text)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return hash;
    }
}
