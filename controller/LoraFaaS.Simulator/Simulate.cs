using LoraFaaS.Simulator.Baselines;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Running;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator;

/// <summary>Runs a trace on a cluster under one of the systems.</summary>
public static class Simulate
{
    /// <summary>What a GiB-second of device memory must save by default, milliseconds of a first token.</summary>
    public const double UsualPriceMs = Systems.UsualPriceMs;

    public static IReadOnlyList<string> SystemNames => Systems.Names;

    /// <summary>What a system is made of.</summary>
    /// <exception cref="FormatException">No such system.</exception>
    public static SystemSpec SpecOf(string system) => Systems.Of(system).System;

    /// <param name="cluster">Where.</param>
    /// <param name="trace">What.</param>
    /// <param name="system">One of <see cref="SystemNames"/>.</param>
    /// <param name="priceMs">Of LoraFaaS's plans: what a GiB-second must save; 0: hold what there is room for.</param>
    /// <param name="sloFactor">The cluster's times to first token that are asked for, times this.</param>
    /// <param name="cancellationToken">Weeks of a trace take minutes.</param>
    /// <exception cref="FormatException">No such system.</exception>
    public static RunReport Run(ClusterSpec cluster, Trace trace, string system, double priceMs = UsualPriceMs, double sloFactor = 1, CancellationToken cancellationToken = default)
    {
        var (spec, warmth) = Systems.Of(system, priceMs);
        return new Simulation(cluster, trace, spec, warmth, sloFactor).Run(cancellationToken);
    }

    /// <summary>Call by call, in the trace's order, where a report's distribution is not enough: milliseconds to the first token, NaN for a call that had none.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="trace">What.</param>
    /// <param name="system">One of <see cref="SystemNames"/>.</param>
    /// <exception cref="FormatException">No such system.</exception>
    public static IReadOnlyList<double> FirstTokens(ClusterSpec cluster, Trace trace, string system)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var (spec, warmth) = Systems.Of(system);
        var simulation = new Simulation(cluster, trace, spec, warmth);
        simulation.Play(CancellationToken.None);
        return [.. trace.Arrival.Zip(simulation.Log.FirstToken, (arrival, first) => (first - arrival) * 1_000)];
    }
}
