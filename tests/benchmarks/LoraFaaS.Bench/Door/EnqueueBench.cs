using System.Globalization;
using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Servers;

namespace LoraFaaS.Bench.Door;

/// <summary>Asynchronous calls a second that the whole platform takes in: 202 is said when the call is on the disk. None is executed meanwhile.</summary>
internal sealed class EnqueueBench(ReportWriter report, int rounds, double seconds)
{
    private const int Clients = 64;
    private const double Target = 3_000;

    public async Task RunAsync()
    {
        // Gateways that only take in: what is measured is the queue, not the engine that empties it.
        Environment.SetEnvironmentVariable("Gateway__Async__Concurrency", "0");

        // Nothing leaves it, and a quick machine takes in more than may usually wait before the last turn is over.
        Environment.SetEnvironmentVariable("Controller__Async__MaxCalls", "10000000");
        Environment.SetEnvironmentVariable("Controller__Async__MaxBytes", (8L << 30).ToString(CultureInfo.InvariantCulture));

        await MeasureAsync("embedded store");
        await using var server = await PostgresServer.StartAsync();
        await MeasureAsync("Postgres", "--postgres", await server.CreateDatabaseAsync());
    }

    private async Task MeasureAsync(string store, params IEnumerable<string> options)
    {
        using var data = new TempFolder();
        await using var platform = await PlatformRun.StartAsync(data.Path, ["--demo", .. options]);
        var url = new Uri(platform.Http.BaseAddress!, "/async-function/sentiment").ToString();
        var rates = new List<double>();

        for (var round = 0; round < rounds; round++)
        {
            rates.Add((await DoorWorld.LoadAsync(new LoadOrder(url, Clients, seconds))).PerSecond);
        }

        report.Add(BenchRow.AtLeast($"asynchronous calls taken in a second, {store}, {Clients} clients", Interleaved.Median(rates), "1/s", Target));
    }
}
