using System.CommandLine;
using LoraFaaS.Bench.Quality;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>quality</c>: what int8 weights change in the demo's answers.</summary>
internal static class QualityCommand
{
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("quality", "Compare the demo's answers in int8 with those in bf16") { Json };
        command.SetAction(parse =>
        {
            var report = new ReportWriter("quality", TimeProvider.System);
            new QualityBench(report, Environment.ProcessorCount).Run();
            report.Finish(parse.GetValue(Json));
        });
        return command;
    }
}
