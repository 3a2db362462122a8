namespace LoraFaaS.Policies.Forecasting;

/// <summary>One function's place in a <see cref="ForecastBook"/>.</summary>
internal sealed class BookEntry(FunctionTrack track)
{
    public FunctionTrack Track { get; } = track;

    public OutcomeRing Outcomes { get; } = new();
}
