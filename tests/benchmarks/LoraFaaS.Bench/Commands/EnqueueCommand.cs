using System.CommandLine;
using LoraFaaS.Bench.Door;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>enqueue</c>: durable asynchronous calls a second, through the whole platform.</summary>
internal static class EnqueueCommand
{
    private static readonly Option<int> Rounds = BenchOptions.Rounds(3);
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Length of a turn", DefaultValueFactory = _ => 4 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("enqueue", "Measure how many asynchronous calls a second become durable") { Rounds, Seconds, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("enqueue", TimeProvider.System);
            await new EnqueueBench(report, parse.GetValue(Rounds), parse.GetValue(Seconds)).RunAsync();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
