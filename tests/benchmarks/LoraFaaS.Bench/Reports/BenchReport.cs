namespace LoraFaaS.Bench.Reports;

/// <summary>What a verb writes with <c>--json</c>.</summary>
internal sealed record BenchReport
{
    public required string Verb { get; init; }

    public required DateTimeOffset At { get; init; }

    public required MachineFacts Machine { get; init; }

    /// <summary>The one-minute load average when the run began and when it ended.</summary>
    public required double LoadBefore { get; init; }

    public required double LoadAfter { get; init; }

    /// <summary>Others ran beside it: figures and ceilings were both taken under that load, turn by turn.</summary>
    public required bool UnderLoad { get; init; }

    public required IReadOnlyList<BenchRow> Rows { get; init; }
}
