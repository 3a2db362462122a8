namespace LoraFaaS.Bench.Forecasting;

/// <summary>A trace and how it is cut: the network learns up to <paramref name="LearnEnd"/>, the gate listens up to <paramref name="ScoreFrom"/>, then it counts.</summary>
internal sealed record TraceSet(string Name, DateTimeOffset Start, IReadOnlyList<TraceSeries> Series, int LearnEnd, int ScoreFrom, int Epochs)
{
    public int Minutes => Series[0].Minutes.Length;

    /// <summary>The first part of it, cut at the same shares: settings are chosen on what comes before all that is scored.</summary>
    public TraceSet Until(double share) => share >= 1
        ? this
        : this with
        {
            Series = [.. Series.Select(series => series with { Minutes = series.Minutes[..(int)(Minutes * share)] })],
            LearnEnd = (int)(LearnEnd * share),
            ScoreFrom = (int)(ScoreFrom * share),
        };
}
