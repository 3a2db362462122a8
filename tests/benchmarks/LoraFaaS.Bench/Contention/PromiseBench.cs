using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Contention;

/// <summary>
/// Four namespaces on one device: two whose callers read long answers without pause, and two with short calls and a promise. How many of the promises break,
/// with turns, and with sandboxes that run beside each other as the kernel lets them. A refused call is a broken promise.
/// </summary>
internal sealed class PromiseBench(ReportWriter report, double seconds)
{
    private const int Width = 6;
    private const double CallsASecond = 4;

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        ReportWriter.Say("deploying");
        await PlatformRun.PrepareAsync(folder.Path);
        var alone = await AloneAsync(folder.Path);
        var slo = TimeSpan.FromMilliseconds(Math.Ceiling(alone * 4));

        ReportWriter.Say($"promise {slo.TotalMilliseconds:0} ms; in turns");
        var turns = await MissesAsync(folder.Path, slo, takeTurns: true, threads: 0);
        ReportWriter.Say("beside each other, all threads each");
        var beside = await MissesAsync(folder.Path, slo, takeTurns: false, threads: Environment.ProcessorCount);
        ReportWriter.Say("beside each other, one thread each");
        var shared = await MissesAsync(folder.Path, slo, takeTurns: false, threads: 1);

        report.Add(BenchRow.Limit("time to first token alone, p50", alone, "ms"));
        report.Add(BenchRow.Limit($"promises of {slo.TotalMilliseconds:0} ms broken, in turns", turns.Misses * 100, "%", 10));
        report.Add(BenchRow.Limit("    the same without arbiter, all threads each (≥ 30 makes the row above worth something)", beside.Misses * 100, "%"));
        report.Add(BenchRow.Limit("    the same without arbiter, one thread each", shared.Misses * 100, "%"));
        report.Add(BenchRow.Limit("    time to first token of the promised calls, p50: in turns", turns.Median, "ms"));
        report.Add(BenchRow.Limit("    without arbiter, all threads each", beside.Median, "ms"));
        report.Add(BenchRow.Limit("    without arbiter, one thread each", shared.Median, "ms"));
        report.Add(BenchRow.Rate("long answers begun, in turns", turns.Long, "calls", beside.Long, "without arbiter, all threads"));
        report.Add(BenchRow.Rate("    without arbiter, one thread each", shared.Long, "calls", beside.Long, "without arbiter, all threads"));
    }

    private static async Task<double> AloneAsync(string data)
    {
        await using var platform = await TenantPlatform.StartAsync(data, takeTurns: true, threads: 0);
        await platform.DeployAsync("short-0", null);
        var tenant = new Tenant(platform.Http, "short-0", ContentionPrompts.Short, 4);

        for (var i = 0; i < 30; i++)
        {
            await tenant.CallAsync();
        }

        return Interleaved.Median(tenant.FirstTokens.Skip(10).Select(first => first ?? double.NaN));
    }

    private async Task<(double Misses, double Median, double Long)> MissesAsync(string data, TimeSpan slo, bool takeTurns, int threads)
    {
        await using var platform = await TenantPlatform.StartAsync(data, takeTurns, threads);
        List<Tenant> longs = [.. Enumerable.Range(0, 2).Select(i => new Tenant(platform.Http, $"long-{i}", ContentionPrompts.Long, 200))];
        List<Tenant> shorts = [.. Enumerable.Range(0, 2).Select(i => new Tenant(platform.Http, $"short-{i}", ContentionPrompts.Short, 4))];

        foreach (var tenant in longs.Concat(shorts))
        {
            await platform.DeployAsync(tenant.Name, tenant.Name.StartsWith("short", StringComparison.Ordinal) ? slo : null);

            // The sandbox is there, and its code is warm.
            for (var i = 0; i < 12; i++)
            {
                await tenant.CallAsync();
            }

            tenant.FirstTokens.Clear();
        }

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await Task.WhenAll([.. longs.Select(tenant => tenant.PressAsync(Width, stop.Token)), .. shorts.Select((tenant, i) => tenant.ComeAsync(CallsASecond, i + 1, stop.Token))]);

        var all = shorts.SelectMany(tenant => tenant.FirstTokens).ToList();
        var misses = all.Count(first => first is null || first > slo.TotalMilliseconds) / (double)all.Count;
        return (misses, Interleaved.Median(all.OfType<double>()), longs.Sum(tenant => tenant.FirstTokens.Count));
    }
}
