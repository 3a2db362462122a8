using System.CommandLine;
using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>coldstart</c>: time to first token through the whole platform, cold and warm, stage by stage.</summary>
internal static class ColdStartCommand
{
    private static readonly Option<int> Rounds = BenchOptions.Rounds(5);
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("coldstart", "Measure time to first token through the platform, cold and warm") { Rounds, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("coldstart", TimeProvider.System);
            await new ColdStartBench(report, parse.GetValue(Rounds)).RunAsync();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
