using System.CommandLine;
using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>platform</c>: clients in a closed loop, an adapter each, through gateway, worker and sandbox.</summary>
internal static class PlatformCommand
{
    private static readonly Option<string[]> Shapes = BenchOptions.Shapes("125m");
    private static readonly Option<int> Clients = new("--clients") { Description = "Clients, and functions: each calls its own", DefaultValueFactory = _ => 8 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long calls are counted", DefaultValueFactory = _ => 90 };
    private static readonly Option<int> WarmUp = new("--warm-up") { Description = "How long calls are made before they are counted", DefaultValueFactory = _ => 25 };
    private static readonly Option<string> Weights = CreateWeights();
    private static readonly Option<FileInfo?> Calls = new("--calls") { Description = "A file for every counted call, its tokens' instants, and what was seen of the machine: lines of JSON" };
    private static readonly Option<string> Models = new("--models") { Description = "Where made checkpoints are kept", DefaultValueFactory = _ => SyntheticModels.DefaultRoot };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("platform", "Measure clients with an adapter each through the whole platform") { Shapes, Clients, Seconds, WarmUp, Weights, Calls, Models, Json };
        command.SetAction(async (parse, stopping) =>
        {
            var report = new ReportWriter("platform", TimeProvider.System);
            foreach (var shape in parse.GetValue(Shapes)!.Select(NamedShape.Of))
            {
                var bench = new ClosedLoopBench(
                    new SyntheticModels(shape, parse.GetValue(Models)!), report, parse.GetValue(Clients),
                    TimeSpan.FromSeconds(parse.GetValue(WarmUp)), TimeSpan.FromSeconds(parse.GetValue(Seconds)), parse.GetValue(Calls));
                await bench.RunAsync(shape.Name, parse.GetValue(Weights)!, stopping);
            }

            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }

    private static Option<string> CreateWeights()
    {
        var weights = new Option<string>("--weights") { Description = "Of the backbone: stored or int8", DefaultValueFactory = _ => "stored" };
        weights.AcceptOnlyFromAmong("stored", "int8");
        return weights;
    }
}
