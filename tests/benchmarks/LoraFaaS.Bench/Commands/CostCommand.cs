using System.CommandLine;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Workers;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>cost</c>: half hours of eight functions, replayed in virtual time with times that the same run measured, shared and not shared.</summary>
internal static class CostCommand
{
    private static readonly Option<string> Shape = new("--shape") { Description = "tiny, 125m or 1.1b", DefaultValueFactory = _ => "1.1b" };
    private static readonly Option<double[]> Times = new("--times")
    {
        Description = "Replay these times instead of measuring: first token warm, cold, with a backbone of its own; between tokens of one, of four; first tokens of four; milliseconds; and gigabytes of the backbone",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("cost", "What sharing a backbone saves of device memory and of the whole cost (measured times, replayed trace)") { Shape, Times, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("cost", TimeProvider.System);
            ColdTimes? measured = parse.GetValue(Times) switch
            {
                null or [] => null,
                [var warm, var cold, var alone, var step, var stepOfFour, var warmOfFour, var gigabytes] => new ColdTimes(warm, cold, alone, step, stepOfFour, warmOfFour, (long)(gigabytes * 1e9)),
                _ => throw new FormatException("--times takes seven figures."),
            };
            await new CostBench(report, parse.GetValue(Shape)!, measured).RunAsync();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
