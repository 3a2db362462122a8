using System.CommandLine;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Workers;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>sharing</c>: what N sandboxes on one backbone take of memory.</summary>
internal static class SharingCommand
{
    private static readonly Option<string> Shape = new("--shape") { Description = "tiny, 125m or 1.1b", DefaultValueFactory = _ => "1.1b" };
    private static readonly Option<int> Sandboxes = new("--sandboxes") { Description = "How many", DefaultValueFactory = _ => 16 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("sharing", "Memory of N sandboxes on one backbone (sum of PSS)") { Shape, Sandboxes, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("sharing", TimeProvider.System);
            await new SharingBench(report, parse.GetValue(Shape)!, parse.GetValue(Sandboxes)).RunAsync();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
