using LoraFaaS.Simulator.Reports;

namespace LoraFaaS.Bench.Workers;

/// <summary>What one system took for all traces.</summary>
internal sealed record CostRuns(IReadOnlyList<RunReport> Runs)
{
    public double Cost => Runs.Sum(run => run.Cost);

    public double LeastCost => Runs.Sum(CostReplay.LeastOf);

    /// <summary>Gigabyte-seconds of device memory.</summary>
    public double Held => Runs.Sum(run => run.HeldGigabyteSeconds);

    /// <summary>To the first token, mean of the traces.</summary>
    public double P95Ms => Runs.Average(run => run.TtftMs.P95);
}
