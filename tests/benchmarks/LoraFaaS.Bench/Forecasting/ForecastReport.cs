using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Forecasting;

/// <summary>What <c>forecast --json</c> writes.</summary>
internal sealed record ForecastReport
{
    public required DateTimeOffset At { get; init; }

    public required MachineFacts Machine { get; init; }

    public required double LoadBefore { get; init; }

    public required double LoadAfter { get; init; }

    public required int Seed { get; init; }

    public required IReadOnlyList<BenchRow> Costs { get; init; }

    public required IReadOnlyList<ForecastRow> Rows { get; init; }

    public required IReadOnlyList<ForecastComparison> Comparisons { get; init; }
}
