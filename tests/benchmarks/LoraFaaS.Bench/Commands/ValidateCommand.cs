using System.CommandLine;
using LoraFaaS.Bench.Papers;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>validate</c>: slices played for real on this machine beside the same ones simulated with timings of the same run.</summary>
internal static class ValidateCommand
{
    private static readonly Option<string[]> Classes = new("--class") { Description = "Classes of slices", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. TraceSlices.Classes] };
    private static readonly Option<int> Plays = new("--plays") { Description = "Times that each slice is played", DefaultValueFactory = _ => 2 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("validate", "Compare the simulator with this machine") { Classes, Plays, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("validate", TimeProvider.System);
            await new ValidateBench(report, parse.GetValue(Classes)!, parse.GetValue(Plays)).RunAsync();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
