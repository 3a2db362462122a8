using System.CommandLine;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Workers;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>cost</c>: half hours of eight functions, replayed in virtual time with times that the same run measured, shared and not shared.</summary>
internal static class CostCommand
{
    private static readonly Option<string> Shape = new("--shape") { Description = "tiny, 125m or 1.1b", DefaultValueFactory = _ => "1.1b" };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("cost", "What sharing a backbone saves of device memory and of the whole cost (measured times, replayed trace)") { Shape, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("cost", TimeProvider.System);
            await new CostBench(report, parse.GetValue(Shape)!).RunAsync();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
