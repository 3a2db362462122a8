using System.CommandLine;
using LoraFaaS.Bench.Papers;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>papers</c>: each figure of the papers that their published parameters allow, simulated.</summary>
internal static class PapersCommand
{
    private static readonly Option<string> Part = new("--part") { Description = "serverlesslora, plora or all", DefaultValueFactory = _ => "all" };
    private static readonly SliceOptions Slices = new();
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        Part.AcceptOnlyFromAmong("serverlesslora", "plora", "all");
        var command = new Command("papers", "Simulate the papers' comparisons; minutes") { Part };
        Slices.AddTo(command);
        command.Options.Add(Json);
        command.SetAction(parse => Slices.Run(parse, runs => Run(parse, runs)));
        return command;
    }

    private static void Run(ParseResult parse, SliceRuns runs)
    {
        var rows = new List<PapersRow>();

        if (parse.GetValue(Part) is "all" or "serverlesslora")
        {
            new PapersBench(runs, rows).Reproduction();
        }

        if (parse.GetValue(Part) is "all" or "plora")
        {
            new AdapterBench(runs.First, rows).Reproduction();
        }

        PapersTable.Write(rows, parse.GetValue(Json));
    }
}
