using System.CommandLine;
using LoraFaaS.Bench.Contention;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>contention</c>: handing the device over between sandboxes, promises under contention, and fairness between namespaces.</summary>
internal static class ContentionCommand
{
    private const string Demo = "demo";

    private static readonly Option<string[]> Cases = new("--cases")
    {
        Description = "handover, slo, fair, sixteen", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["handover", "slo", "fair", "sixteen"],
    };

    private static readonly Option<string> Shape = new("--shape")
    {
        Description = "slo and sixteen at the worker's door on synthetic weights: tiny, 125m or 1.1b; demo: slo through the whole platform on the demo's backbone", DefaultValueFactory = _ => "125m",
    };

    private static readonly Option<double> Seconds = new("--seconds") { Description = "Of load for each figure of slo and fair", DefaultValueFactory = _ => 15 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Stretches of load in turns of slo on synthetic weights; the worst is judged", DefaultValueFactory = _ => 3 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("contention", "Measure hand-over between sandboxes, promises kept under contention, fairness, and one namespace against sixteen") { Cases, Shape, Seconds, Rounds, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("contention", TimeProvider.System);
            var cases = BenchOptions.Split(parse.GetValue(Cases)).ToHashSet(StringComparer.Ordinal);
            var seconds = parse.GetValue(Seconds);
            var shape = parse.GetValue(Shape)!;

            if (cases.Contains("handover"))
            {
                await new HandOverBench(report).RunAsync();
            }

            if (cases.Contains("slo"))
            {
                await (shape == Demo ? new PromiseBench(report, seconds).RunAsync() : new ShapePromiseBench(report, shape, seconds, parse.GetValue(Rounds)).RunAsync());
            }

            if (cases.Contains("fair"))
            {
                await new FairnessBench(report, seconds).RunAsync();
            }

            if (cases.Contains("sixteen"))
            {
                await new SixteenBench(report, shape == Demo ? "tiny" : shape).RunAsync();
            }

            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
