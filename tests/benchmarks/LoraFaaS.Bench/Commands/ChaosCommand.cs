using System.CommandLine;
using LoraFaaS.Bench.Chaos;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>chaos</c>: the whole platform under load while its parts are killed, stopped, filled and half connected.</summary>
internal static class ChaosCommand
{
    private static readonly Option<double> Minutes = new("--minutes") { Description = "How long faults come", DefaultValueFactory = _ => 10 };
    private static readonly Option<double> Share = new("--load") { Description = "Share of the measured capacity that is asked for", DefaultValueFactory = _ => 0.6 };
    private static readonly Option<int> Seed = new("--seed") { Description = "The same seed plans the same faults", DefaultValueFactory = _ => 1 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("chaos", "Load while sandboxes, workers, controllers, gateways, Redis and Postgres are killed or stopped") { Minutes, Share, Seed, Json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var report = new ReportWriter("chaos", TimeProvider.System);
            var clean = await new ChaosBench(report, TimeSpan.FromMinutes(parse.GetValue(Minutes)), parse.GetValue(Share), parse.GetValue(Seed)).RunAsync(cancellationToken);
            report.Finish(parse.GetValue(Json));
            return clean ? 0 : 1;
        });
        return command;
    }
}
