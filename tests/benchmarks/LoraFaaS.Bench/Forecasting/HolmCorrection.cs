namespace LoraFaaS.Bench.Forecasting;

/// <summary>
/// Judges many comparisons at once (Holm 1979): of hundreds at five in a hundred each, some are "sure" where nothing differs. The chance that any verdict
/// of the whole run is wrong is held to five in a hundred, in both directions.
/// </summary>
internal static class HolmCorrection
{
    private const double Level = 0.05;

    /// <summary>Drawing again from so few functions says nothing: two that agree are always sure.</summary>
    private const int LeastFunctions = 10;

    public static IReadOnlyList<ForecastComparison> Judge(IReadOnlyList<ForecastComparison> comparisons)
    {
        var judged = comparisons.Where(comparison => comparison.Functions >= LeastFunctions).OrderBy(comparison => comparison.P).ToArray();
        var most = 0.0;
        var done = new Dictionary<ForecastComparison, ForecastComparison>(ReferenceEqualityComparer.Instance);

        for (var rank = 0; rank < judged.Length; rank++)
        {
            most = Math.Max(most, Math.Min(1, judged[rank].P * (judged.Length - rank)));
            done[judged[rank]] = judged[rank] with { Adjusted = most, Verdict = most >= Level ? "=" : judged[rank].Difference > 0 ? "better" : "worse" };
        }

        return [.. comparisons.Select(comparison => done.GetValueOrDefault(comparison, comparison))];
    }
}
