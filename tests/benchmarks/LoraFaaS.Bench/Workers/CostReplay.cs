using LoraFaaS.Simulator;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Workers;

/// <summary>The same traces on the same cluster under one system after the other.</summary>
internal sealed class CostReplay(ClusterSpec cluster, IReadOnlyList<Trace> traces)
{
    public IReadOnlyList<Trace> Traces => traces;

    public CostRuns Play(string system, double priceMs = Simulate.UsualPriceMs)
    {
        var runs = new RunReport[traces.Count];
        Parallel.For(0, runs.Length, slice => runs[slice] = Simulate.Run(cluster, traces[slice], system, priceMs));
        return new CostRuns(runs);
    }

    /// <summary>
    /// Milliseconds that a GiB-second must save for the backbone's memory to cost as much while it waits as while it is loaded again: held for t seconds it costs t × idle price, loaded in T
    /// seconds T × active price.
    /// </summary>
    public double EvenPriceMs => 1_000 * cluster.Price.IdleDeviceGigabyte / cluster.Price.ActiveDeviceGigabyte / cluster.Backbones.Average(backbone => backbone.Gigabytes);

    /// <summary>What a run would have cost had nobody's memory waited but shared backbones', and those only where loading them again costs more.</summary>
    public static double LeastOf(RunReport run) => run.Cost - run.CostIdle + run.CostIdleLeast;
}
