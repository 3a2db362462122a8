using System.CommandLine;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Workers;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>loads</c>: whether adapters that come beside running sequences stall them.</summary>
internal static class LoadsCommand
{
    private static readonly Option<string> Shape = new("--shape") { Description = "tiny, 125m or 1.1b", DefaultValueFactory = _ => "125m" };
    private static readonly Option<int?> Nice = new("--load-nice") { Description = "Worker:LoadNice; the worker's own default when not given" };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("loads", "Time between tokens during 50 adapter loads (real worker and sandbox)") { Shape, Nice, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("loads", TimeProvider.System);
            await new LoadsBench(report, parse.GetValue(Shape)!, parse.GetValue(Nice)).RunAsync();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
