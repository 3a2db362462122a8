using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Papers;

/// <summary>ServerlessLoRA's figures (papers A9) and the targets that are measured on its cluster.</summary>
internal sealed class PapersBench(SliceRuns runs, List<PapersRow> rows)
{
    private const string Setting = "16 L40S, 4 × Llama2-7B and 4 × 13B, GSM8K lengths, Azure day as traced, SLO 2.5/4 s, Function Compute prices";

    /// <summary>Prices by the GiB-second that plans are made at; none is chosen for a slice, the frontier is read at a budget.</summary>
    private static readonly double[] Frontier = [1, 3, 10, 30];

    public void Reproduction()
    {
        var best = TraceSlices.Classes.Select(Shares).ToArray();
        Sample all(Func<ClassShares, Sample> pick) => Sample.Of(best.Select(share => pick(share).Mean));

        rows.Add(new("TTFT against ServerlessLLM", Setting, "up to −79 %", "", Worst(best.Min(share => share.Llm.Mean)), "", best.Min(share => share.Llm.Mean) <= -0.6,
            $"over the classes {all(share => share.Llm).Text(" %", 100)}"));
        rows.Add(new("TTFT against InstaInfer", Setting, "up to −86 %", "", Worst(best.Min(share => share.Insta.Mean)), "", best.Min(share => share.Insta.Mean) <= -0.7,
            "the paper's InstaInfer loads libraries and model again on most calls (time line, A4) though its windows would keep both; why is not published, and its 16 devices hold all eight functions here"));
        rows.Add(new("cost-effectiveness 1/(E2E × cost) against ServerlessLLM", Setting, "up to 19.3×", "", $"{best.Max(share => share.Effect.Mean):0.0}×", "", null,
            "follows from the prices of active and idle memory, which the paper does not give"));

        var normal = runs.Of("normal", "serverlesslora");
        var unshared = runs.Of("normal", "serverlesslora-unshared");
        var ours = runs.Of("normal", "lorafaas");
        rows.Add(new("ablation, Normal: TTFT", Setting, "576 ms; without sharing 2 608", Ms(unshared, run => run.TtftMs.Mean), Ms(normal, run => run.TtftMs.Mean), Ms(ours, run => run.TtftMs.Mean), null,
            "with a keep-alive of 60 s (the re-implementation's; the paper's is not published) a fifth of calls is cold; 576 ms needs fewer"));
        rows.Add(new("ablation, Normal: E2E", Setting, "2 977 ms; without sharing 4 959", Ms(unshared, run => run.E2EMs.Mean), Ms(normal, run => run.E2EMs.Mean), Ms(ours, run => run.E2EMs.Mean), null, ""));
        rows.Add(new("ablation, Normal: cost of 4 h", Setting, "$7.53; without sharing $12.55", Dollars(unshared), Dollars(normal), Dollars(ours), null, "unit prices are not in the paper; Function Compute's public ones here"));

        var worst = TraceSlices.Classes.Max(name => runs.Of(name, "serverlesslora").Average(run => run.SloMisses));
        var worstLlm = TraceSlices.Classes.Max(name => runs.Of(name, "serverlessllm").Average(run => run.SloMisses));
        var worstOurs = TraceSlices.Classes.Max(name => runs.Of(name, "lorafaas").Average(run => run.SloMisses));
        rows.Add(new("SLO misses, worst class", Setting, "10 %; ServerlessLLM 45 %", Share(worstLlm), Share(worst), Share(worstOurs), null, "a start without the adapter takes 4.5 s here as in the paper's time line, which breaks the SLO each time"));
        rows.Add(new("backbone copies held over one of each", Setting, "99 % of weights duplicated", Mean(TraceSlices.Classes.SelectMany(name => runs.Of(name, "fixed-10min")), run => run.Redundancy),
            Mean(TraceSlices.Classes.SelectMany(name => runs.Of(name, "serverlesslora")), run => run.Redundancy), Mean(TraceSlices.Classes.SelectMany(name => runs.Of(name, "lorafaas")), run => run.Redundancy), null, "baseline: fixed keep-alive of 10 min"));
    }

    /// <summary>The share of the gap to foresight that is closed, with ServerlessLoRA's own mechanisms: decisions alone.</summary>
    public void Gap()
    {
        foreach (var name in TraceSlices.Classes)
        {
            var theirs = runs.Of(name, "serverlesslora");
            var spread = runs.Of(name, "oracle");
            var packed = runs.Of(name, "oracle-packed");
            var frontier = Frontier.Select(price => runs.Of(name, "lorafaas-policy", price)).ToArray();
            var equalCost = Enumerable.Range(0, runs.Slices).Select(slice => AtCost(frontier, slice, theirs[slice].Cost)).ToArray();
            var equalP95 = Enumerable.Range(0, runs.Slices).Select(slice => AtP95(frontier, slice, theirs[slice].TtftMs.P95)).ToArray();

            AddGap(name, "TTFT", theirs, Least(spread, packed, run => run.TtftMs.Mean), equalCost, run => run.TtftMs.Mean);
            AddGap(name, "cold-start seconds", theirs, Least(spread, packed, run => run.ColdSeconds), equalCost, run => run.ColdSeconds);
            AddGap(name, "cost at equal p95 TTFT", theirs, Least(spread, packed, run => run.Cost), equalP95, run => run.Cost);
        }
    }

    public void Misses()
    {
        var (worst, load, misses) = ("", 1, 1.0);

        foreach (var name in TraceSlices.Classes)
        {
            // The load at which the other's policy misses about a tenth: more calls keep more processes warm until the devices are full.
            foreach (var factor in new[] { 1, 4, 16, 64 })
            {
                var average = runs.Of(name, "serverlesslora", load: factor).Average(run => run.SloMisses);

                if (Math.Abs(average - 0.1) < Math.Abs(misses - 0.1))
                {
                    (worst, load, misses) = (name, factor, average);
                }
            }
        }

        var policy = runs.Of(worst, "lorafaas-policy", 3, load).Average(run => run.SloMisses);
        var full = runs.Of(worst, "lorafaas", 1, load).Average(run => run.SloMisses);
        rows.Add(new($"SLO misses where ServerlessLoRA's policy misses nearest to 10 % ({worst}, ×{load})", Setting, "≤ 3 %", "", Share(misses), $"{Share(full)}; our decisions alone {Share(policy)}", full <= 0.03, ""));
    }

    private void AddGap(string name, string what, IReadOnlyList<RunReport> theirs, IReadOnlyList<RunReport> oracle, RunReport[] ours, Func<RunReport, double> figure)
    {
        // Over the sums, since a slice without a gap has no share of it.
        var gap = theirs.Sum(figure) - oracle.Sum(figure);
        var closed = (theirs.Sum(figure) - ours.Sum(figure)) / gap;
        rows.Add(new(
            $"gap to foresight closed, {name}: {what}", Setting, "≥ 70 %", $"oracle {Sample.Of(oracle.Select(figure)).Text()}", Sample.Of(theirs.Select(figure)).Text(), $"{Sample.Of(ours.Select(figure)).Text()}: {Share(closed)}",
            gap <= 0 ? null : closed >= 0.7, $"cost {theirs.Average(run => run.Cost):0.00} theirs, {ours.Average(run => run.Cost):0.00} ours, {oracle.Average(run => run.Cost):0.00} oracle; p95 {theirs.Average(run => run.TtftMs.P95):0} / {ours.Average(run => run.TtftMs.P95):0} ms"));
    }

    /// <summary>Foresight says when, not where: of its two ways of spreading calls the better one counts, slice by slice.</summary>
    private static RunReport[] Least(IReadOnlyList<RunReport> spread, IReadOnlyList<RunReport> packed, Func<RunReport, double> figure) =>
        [.. spread.Zip(packed, (left, right) => figure(left) <= figure(right) ? left : right)];

    /// <summary>The best first tokens that do not cost more.</summary>
    private static RunReport AtCost(IReadOnlyList<RunReport>[] frontier, int slice, double cost) =>
        frontier.Select(runs => runs[slice]).Where(run => run.Cost <= cost).MinBy(run => run.TtftMs.Mean) ?? frontier.Select(runs => runs[slice]).MinBy(run => run.Cost)!;

    private static RunReport AtP95(IReadOnlyList<RunReport>[] frontier, int slice, double p95) =>
        frontier.Select(runs => runs[slice]).Where(run => run.TtftMs.P95 <= p95).MinBy(run => run.Cost) ?? frontier.Select(runs => runs[slice]).MinBy(run => run.TtftMs.P95)!;

    private ClassShares Shares(string name)
    {
        var system = runs.Of(name, "serverlesslora");
        var llm = runs.Of(name, "serverlessllm");
        var insta = runs.Of(name, "instainfer");
        return new ClassShares(
            Sample.Of(system.Zip(llm, (ours, theirs) => (ours.TtftMs.Mean / theirs.TtftMs.Mean) - 1)),
            Sample.Of(system.Zip(insta, (ours, theirs) => (ours.TtftMs.Mean / theirs.TtftMs.Mean) - 1)),
            Sample.Of(system.Zip(llm, (ours, theirs) => theirs.Cost * theirs.E2EMs.Mean / (ours.Cost * ours.E2EMs.Mean))));
    }

    private static string Worst(double share) => FormattableString.Invariant($"up to {share * 100:0} %");

    private static string Share(double share) => FormattableString.Invariant($"{share * 100:0.#} %");

    private static string Ms(IReadOnlyList<RunReport> reports, Func<RunReport, double> figure) => Sample.Of(reports.Select(figure)).Text(" ms");

    private static string Dollars(IReadOnlyList<RunReport> reports) => "$" + Sample.Of(reports.Select(run => run.Cost)).Text();

    private static string Mean(IEnumerable<RunReport> reports, Func<RunReport, double> figure) => FormattableString.Invariant($"{reports.Average(figure):0.00}×");
}
