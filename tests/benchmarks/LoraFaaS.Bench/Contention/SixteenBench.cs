using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Bench.Workers;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Contention;

/// <summary>
/// Sixteen calls at once over sixteen adapters: all of one namespace, whose sandbox puts them into one batch, and each of its own namespace, whose
/// sandboxes share nothing but the backbone's bytes. What isolation costs where there is nothing else to tell the two apart.
/// </summary>
internal sealed class SixteenBench(ReportWriter report, string shape)
{
    private const int Calls = 16, Prompt = 16, Tokens = 24, Rounds = 3;

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var models = new SyntheticModels(NamedShape.Of(shape), SyntheticModels.DefaultRoot);
        var (backbone, adapters) = await WorkerRun.PrepareAsync(folder.Path, models, [.. Enumerable.Repeat(8, Calls)]);
        await using var worker = await WorkerRun.StartAsync(
            folder.Path, "--Worker:DeviceMemory", "4Gi", "--Worker:HostMemory", "8Gi", "--Worker:SandboxMemory", "1Gi", "--Worker:SandboxFirstMemory", "64Mi", "--Worker:BlankSandboxes", "1");
        var (one, own) = (new List<Round>(), new List<Round>());

        // The first round of each is the sandboxes' start.
        for (var round = 0; round <= Rounds; round++)
        {
            ReportWriter.Say($"{shape}: round {round} of {Rounds}");
            one.Add(await RunAsync(worker, backbone, adapters, _ => "one"));
            own.Add(await RunAsync(worker, backbone, adapters, number => $"own-{number}"));
        }

        var (together, apart) = (Round.Median(one.Skip(1)), Round.Median(own.Skip(1)));
        report.Add(BenchRow.Limit($"{shape}: {Calls} calls over {Calls} adapters in one namespace: tokens", together.TokensASecond, "tok/s"));
        report.Add(BenchRow.Rate($"    {shape}: in {Calls} namespaces", apart.TokensASecond, "tok/s", together.TokensASecond, "one namespace"));
        report.Add(BenchRow.Limit($"    {shape}: time to first token, mean: one namespace", together.FirstMs, "ms"));
        report.Add(BenchRow.Cost($"    {shape}: in {Calls} namespaces", apart.FirstMs, "ms", together.FirstMs, "one namespace"));
        report.Add(BenchRow.Limit($"    {shape}: between tokens, mean: one namespace", together.GapMs, "ms"));
        report.Add(BenchRow.Cost($"    {shape}: in {Calls} namespaces", apart.GapMs, "ms", together.GapMs, "one namespace"));
    }

    private static async Task<Round> RunAsync(WorkerRun worker, Digest backbone, IReadOnlyList<(Digest Digest, long Bytes)> adapters, Func<int, string> domain)
    {
        var begun = WorkerRun.Now;
        var calls = await Task.WhenAll(Enumerable.Range(0, Calls).Select(number => worker.CallAsync(backbone, adapters[number], domain(number), $"f{number}", Prompt, Tokens)));
        var took = WorkerRun.Now - begun;

        return calls.FirstOrDefault(call => call.Problem is not null) is { Problem: { } problem }
            ? throw new InvalidOperationException(problem)
            : new Round(calls.Sum(call => call.TokensAt.Count) / took, calls.Average(call => call.FirstTokenMs), calls.Average(call => call.GapsMs.Average()));
    }

    private sealed record Round(double TokensASecond, double FirstMs, double GapMs)
    {
        public static Round Median(IEnumerable<Round> rounds)
        {
            var all = rounds.ToList();
            return new Round(
                Interleaved.Median(all.Select(round => round.TokensASecond)), Interleaved.Median(all.Select(round => round.FirstMs)), Interleaved.Median(all.Select(round => round.GapMs)));
        }
    }
}
