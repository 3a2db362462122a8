using System.CommandLine;
using LoraFaaS.Bench.Papers;
using LoraFaaS.Simulator.Traces;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>targets</c>: what LoraFaaS is to reach against the papers' policies, simulated on their clusters.</summary>
internal static class TargetsCommand
{
    private static readonly Option<string> Part = new("--part") { Description = "gap, misses, adapters, azure, speed or all", DefaultValueFactory = _ => "all" };
    private static readonly Option<string[]> Classes = new("--class") { Description = "Classes of slices", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. TraceSlices.Classes] };
    private static readonly Option<int> Slices = new("--slices") { Description = "Of 8 fixed ones", DefaultValueFactory = _ => TraceSlices.Slices };
    private static readonly Option<DirectoryInfo?> Traces = new("--traces") { Description = "A folder with files of the same names; tests/data/traces unless said" };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("targets", "Simulate the targets against the papers' policies; minutes") { Part, Classes, Slices, Traces, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var rows = new List<PapersRow>();
        var folder = parse.GetValue(Traces)?.FullName ?? RepositoryRoot.Of("tests", "data", "traces");
        var runs = new SliceRuns(folder, parse.GetValue(Slices));
        var bench = new TargetsBench(runs, rows);
        var classes = parse.GetValue(Classes)!;
        var parts = new (string Name, Action Run)[]
        {
            ("gap", () => bench.Gap(classes)), ("misses", () => bench.Misses(classes)), ("adapters", new AdapterBench(rows).Targets), ("azure", new AdapterSlices(folder, parse.GetValue(Slices), rows).Targets), ("speed", bench.Speed),
        };

        foreach (var (name, run) in parts)
        {
            if (parse.GetValue(Part) is "all" || parse.GetValue(Part) == name)
            {
                run();
            }
        }

        PapersTable.Write(rows, parse.GetValue(Json));
        return 0;
    }
}
