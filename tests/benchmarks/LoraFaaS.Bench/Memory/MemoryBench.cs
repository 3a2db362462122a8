using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Bench.Memory;

/// <summary>A day of calls in virtual time on the real pool, ledger and policy, beside the two older ways of keeping adapters and keys and values.</summary>
internal sealed class MemoryBench(ReportWriter report, NamedShape shape, ByteSize budget, int functions, int domains)
{
    private const int Seed = 11;

    public void Run()
    {
        var day = TraceDay.Read(functions);
        var random = new Random(Seed);
        var adapters = day.Counts.Select(_ => ReplayAdapter.Draw(random, shape)).ToList();
        ReportWriter.Say($"{adapters.Count} functions, {new ByteSize(adapters.Sum(adapter => adapter.LiveBytes))} of adapters, {budget} of device memory");
        using var paged = new PagedStore(shape, budget, domains);

        foreach (var store in new IReplayStore[] { paged, new RowPageStore(shape, budget.Bytes), new ContiguousStore(shape, budget.Bytes) })
        {
            Report(store, new MemoryReplay(store, adapters, day, shape, budget.Bytes, domains), isOurs: store == paged);
        }

        report.Add(BenchRow.Limit("paged extents: bytes moved together in the day", paged.Copied / (double)(1L << 30), "GiB"));
        var (step, lookup, lookups) = TranslationCost.Measure(NamedShape.Of("125m"));
        report.Add(BenchRow.Limit($"page look-ups of a decode step, 125m, batch 8 with 8 adapters ({lookups} look-ups)", 100 * lookup / step, "% of the step", 1));
    }

    private void Report(IReplayStore store, MemoryReplay replay, bool isOurs)
    {
        ReportWriter.Say(store.Name);
        replay.Run();
        report.Add(BenchRow.Rate($"{store.Name}: live ÷ leased, mean of the day's minutes", 100 * replay.MeanUtilisation, "%", 100, "all of it", isOurs ? 0.95 : null));
        report.Add(BenchRow.Limit($"    {store.Name}: the same, 5th percentile", 100 * replay.LowUtilisation, "%"));
        report.Add(BenchRow.Limit($"    {store.Name}: the same, worst minute", 100 * replay.WorstUtilisation, "%"));
        report.Add(BenchRow.Limit($"    {store.Name}: external fragmentation, mean", 100 * replay.MeanFragmentation, "%", isOurs ? 0 : null));
        report.Add(BenchRow.Limit($"    {store.Name}: placements that failed beside enough free bytes", replay.Blocked, "", isOurs ? 0 : null));
        report.Add(BenchRow.Limit($"    {store.Name}: adapter loads of {replay.Calls} calls ({replay.Refused} refused)", replay.Loads, ""));
    }
}
