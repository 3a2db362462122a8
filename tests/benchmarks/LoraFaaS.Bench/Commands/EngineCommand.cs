using System.CommandLine;
using System.Globalization;
using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>engine</c>: decode, prefill, adapters and loading against what the machine can do.</summary>
internal static class EngineCommand
{
    private static readonly Option<string[]> Shapes = BenchOptions.Shapes("125m", "1.1b");
    private static readonly Option<int> Rounds = BenchOptions.Rounds(5);
    private static readonly Option<int> Steps = new("--steps") { Description = "Decode steps in a turn", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Threads = new("--threads") { Description = "Compute threads; 0: all cores" };
    private static readonly Option<string[]> Cases = new("--cases") { Description = $"Of {string.Join(',', EngineBenchOptions.AllCases)}, or all; those up to allocation unless said" };
    private static readonly Option<string[]> StepTokens = new("--step-tokens") { Description = "Token limits of a step, for the chunked case; 0: by measured time, as the platform does", DefaultValueFactory = _ => ["0"] };
    private static readonly Option<string> Models = new("--models") { Description = "Where made checkpoints are kept", DefaultValueFactory = _ => SyntheticModels.DefaultRoot };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("engine", "Measure the engine against the machine's ceilings") { Shapes, Rounds, Steps, Threads, Cases, StepTokens, Models, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var asked = BenchOptions.Split(parse.GetValue(Cases)).ToList();
        var options = new EngineBenchOptions
        {
            Rounds = parse.GetValue(Rounds),
            Steps = parse.GetValue(Steps),
            Threads = parse.GetValue(Threads),
            Cases = asked.Count == 0 ? EngineBenchOptions.TargetCases : asked.Contains("all") ? EngineBenchOptions.AllCases : asked,
            StepTokens = [.. BenchOptions.Split(parse.GetValue(StepTokens)).Select(tokens => int.Parse(tokens, CultureInfo.InvariantCulture))],
        };
        var report = new ReportWriter("engine", TimeProvider.System);

        foreach (var shape in parse.GetValue(Shapes)!.Select(NamedShape.Of))
        {
            using var bench = new EngineBench(shape, new SyntheticModels(shape, parse.GetValue(Models)!), report, options);
            bench.Run();
        }

        report.Finish(parse.GetValue(Json));
        return 0;
    }
}
