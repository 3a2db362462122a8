using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Contention;

/// <summary>
/// One namespace that keeps many long answers in flight, and nine whose callers come now and then. What the nine wait for their first token, against the same calls with a
/// tenth of the machine to themselves: as a tenth of it cannot be had, ten times what the whole takes alone stands for it.
/// </summary>
internal sealed class FairnessBench(ReportWriter report, double seconds)
{
    private const int Modest = 9, GreedyWidth = 16;
    private const double CallsASecond = 0.5;

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        ReportWriter.Say("deploying");
        await PlatformRun.PrepareAsync(folder.Path);
        var (alone, _) = await MeasureAsync(folder.Path, greedy: false, takeTurns: true);
        ReportWriter.Say("beside a greedy namespace, in turns");
        var (turns, inTurns) = await MeasureAsync(folder.Path, greedy: true, takeTurns: true);
        ReportWriter.Say("beside a greedy namespace, without arbiter");
        var (free, without) = await MeasureAsync(folder.Path, greedy: true, takeTurns: false);

        var share = alone * (Modest + 1);
        report.Add(BenchRow.Limit("nine modest namespaces alone: mean time to first token", alone, "ms"));
        report.Add(BenchRow.Cost("    beside a greedy one, in turns", turns, "ms", share, "a tenth of the machine", 1.5));
        report.Add(BenchRow.Cost("    beside a greedy one, without arbiter", free, "ms", share, "a tenth of the machine"));
        report.Add(BenchRow.Rate("    the greedy one's answers meanwhile, in turns", inTurns, "calls", without, "without arbiter"));
    }

    private async Task<(double Mean, double Greedy)> MeasureAsync(string data, bool greedy, bool takeTurns)
    {
        await using var platform = await TenantPlatform.StartAsync(data, takeTurns, takeTurns ? 0 : Environment.ProcessorCount);
        var modest = Enumerable.Range(0, Modest).Select(i => new Tenant(platform.Http, $"modest-{i}", ContentionPrompts.Short, 8)).ToList();
        var pressing = new Tenant(platform.Http, "greedy", ContentionPrompts.Long, 200);

        foreach (var tenant in modest.Append(pressing))
        {
            await platform.DeployAsync(tenant.Name, null);

            for (var i = 0; i < 5; i++)
            {
                await tenant.CallAsync();
            }

            tenant.FirstTokens.Clear();
        }

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        List<Task> running = [.. modest.Select((tenant, i) => tenant.ComeAsync(CallsASecond, i + 1, stop.Token))];

        if (greedy)
        {
            running.Add(pressing.PressAsync(GreedyWidth, stop.Token));
        }

        await Task.WhenAll(running);
        return (modest.SelectMany(tenant => tenant.FirstTokens).OfType<double>().Average(), pressing.FirstTokens.Count);
    }
}
