using System.CommandLine;
using LoraFaaS.Bench.Contention;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>contention</c>: handing the device over between sandboxes, promises under contention, and fairness between namespaces.</summary>
internal static class ContentionCommand
{
    private static readonly Option<string[]> Cases = new("--cases")
    {
        Description = "handover, slo, fair", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["handover", "slo", "fair"],
    };

    private static readonly Option<double> Seconds = new("--seconds") { Description = "Of load for each figure of slo and fair", DefaultValueFactory = _ => 15 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("contention", "Measure hand-over between sandboxes, promises kept under contention, and fairness") { Cases, Seconds, Json };
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("contention", TimeProvider.System);
            var cases = BenchOptions.Split(parse.GetValue(Cases)).ToHashSet(StringComparer.Ordinal);
            var seconds = parse.GetValue(Seconds);

            if (cases.Contains("handover"))
            {
                await new HandOverBench(report).RunAsync();
            }

            if (cases.Contains("slo"))
            {
                await new PromiseBench(report, seconds).RunAsync();
            }

            if (cases.Contains("fair"))
            {
                await new FairnessBench(report, seconds).RunAsync();
            }

            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
