namespace LoraFaaS.Bench.Forecasting;

/// <summary>A trace and how it is cut: the network learns up to <paramref name="LearnEnd"/>, the gate listens up to <paramref name="ScoreFrom"/>, then it counts.</summary>
internal sealed record TraceSet(string Name, DateTimeOffset Start, IReadOnlyList<TraceSeries> Series, int LearnEnd, int ScoreFrom, int Epochs)
{
    public int Minutes => Series[0].Minutes.Length;
}
