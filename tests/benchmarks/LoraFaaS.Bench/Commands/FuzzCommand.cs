using System.CommandLine;
using LoraFaaS.Bench.Door;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>fuzz</c>: mutated requests to every endpoint of the whole platform. Exit code 1 when one of them was answered with a 5xx that nobody means.</summary>
internal static class FuzzCommand
{
    private static readonly Option<int> Requests = new("--requests") { Description = "How many", DefaultValueFactory = _ => 100_000 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Of the mutations", DefaultValueFactory = _ => 1 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("fuzz", "Send mutated requests to every endpoint") { Requests, Seed, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("fuzz", TimeProvider.System);
            var isWell = await new FuzzBench(report, parse.GetValue(Requests), parse.GetValue(Seed)).RunAsync();
            report.Finish(parse.GetValue(Json));
            return isWell ? 0 : 1;
        });
        return command;
    }
}
