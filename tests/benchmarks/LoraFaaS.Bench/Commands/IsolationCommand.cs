using System.CommandLine;
using LoraFaaS.Bench.Isolation;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>isolation</c>: what a hostile neighbour costs a stream, and what being confined costs a sandbox.</summary>
internal static class IsolationCommand
{
    private static readonly Option<int> Rounds = BenchOptions.Rounds(3);
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("isolation", "Measure a stream beside a hostile sandbox, and what confinement costs") { Rounds, Json };
        command.SetAction(async (parse, stopping) =>
        {
            var report = new ReportWriter("isolation", TimeProvider.System);
            await new IsolationBench(report, parse.GetValue(Rounds)).RunAsync(stopping);
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
