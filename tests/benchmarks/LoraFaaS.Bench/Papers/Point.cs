using LoraFaaS.Simulator.Reports;

namespace LoraFaaS.Bench.Papers;

/// <summary>A system at one price over all slices of a class.</summary>
internal sealed record Point(double Price, IReadOnlyList<RunReport> Runs)
{
    public double Mean(Func<RunReport, double> figure) => Runs.Average(figure);

    public Sample Of(Func<RunReport, double> figure) => Sample.Of(Runs.Select(figure));
}
