using System.CommandLine;
using LoraFaaS.Bench.Papers;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>targets</c>: what LoraFaaS is to reach against the papers' policies, simulated on their clusters.</summary>
internal static class TargetsCommand
{
    private static readonly Option<string> Part = new("--part") { Description = "gap, misses, adapters, azure, speed or all", DefaultValueFactory = _ => "all" };
    private static readonly Option<string[]> Classes = new("--class") { Description = "Classes of slices", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. TraceSlices.Classes] };
    private static readonly SliceOptions Slices = new();
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        Part.AcceptOnlyFromAmong("gap", "misses", "adapters", "azure", "speed", "all");
        Classes.AcceptOnlyFromAmong([.. TraceSlices.Classes]);
        var command = new Command("targets", "Simulate the targets against the papers' policies; minutes") { Part, Classes };
        Slices.AddTo(command);
        command.Options.Add(Json);
        command.SetAction(parse => Slices.Run(parse, runs => Run(parse, runs)));
        return command;
    }

    private static void Run(ParseResult parse, SliceRuns runs)
    {
        var rows = new List<PapersRow>();
        var bench = new TargetsBench(runs, rows);
        var classes = parse.GetValue(Classes)!;
        var parts = new (string Name, Action Run)[]
        {
            ("gap", () => bench.Gap(classes)), ("misses", () => bench.Misses(classes)), ("adapters", new AdapterBench(runs.First, rows).Targets), ("azure", new AdapterSlices(runs.Folder, runs.Slices, runs.First, rows).Targets), ("speed", bench.Speed),
        };

        foreach (var (name, run) in parts)
        {
            if (parse.GetValue(Part) is "all" || parse.GetValue(Part) == name)
            {
                run();
            }
        }

        PapersTable.Write(rows, parse.GetValue(Json));
    }
}
