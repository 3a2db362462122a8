using System.CommandLine;
using LoraFaaS.Bench.Planning;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>plan</c>: how long a pre-load plan of a large cluster takes.</summary>
internal static class PlanCommand
{
    private static readonly Option<int> Functions = new("--functions") { DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> Workers = new("--workers") { DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Rounds = BenchOptions.Rounds(5);
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("plan", "Measure the pre-load planner") { Functions, Workers, Rounds, Json };
        command.SetAction(parse =>
        {
            var report = new ReportWriter("plan", TimeProvider.System);
            new PlanBench(report, parse.GetValue(Functions), parse.GetValue(Workers), parse.GetValue(Rounds)).Run();
            new QuestionBench(report, parse.GetValue(Functions), parse.GetValue(Workers), parse.GetValue(Rounds)).Run();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
