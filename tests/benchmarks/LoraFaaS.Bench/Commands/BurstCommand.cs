using System.CommandLine;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Workers;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>burst</c>: time to first token while bursts of rarely called functions wash over a full device, with offloading and without.</summary>
internal static class BurstCommand
{
    private static readonly Option<string> Shape = new("--shape") { Description = "tiny, 125m or 1.1b", DefaultValueFactory = _ => "tiny" };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "Length of each of the three runs", DefaultValueFactory = _ => 40 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("burst", "Bursts on a full device, with offloading and without (real worker and sandboxes)") { Shape, Seconds, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("burst", TimeProvider.System);
            await new BurstBench(report, parse.GetValue(Shape)!, parse.GetValue(Seconds)).RunAsync();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
