using System.CommandLine;
using LoraFaaS.Bench.Papers;
using LoraFaaS.Simulator.Traces;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>papers</c>: each figure of the papers that their published parameters allow, simulated.</summary>
internal static class PapersCommand
{
    private static readonly Option<string> Part = new("--part") { Description = "serverlesslora, plora or all", DefaultValueFactory = _ => "all" };
    private static readonly Option<int> Slices = new("--slices") { Description = "Of 8 fixed ones", DefaultValueFactory = _ => TraceSlices.Slices };
    private static readonly Option<DirectoryInfo?> Traces = new("--traces") { Description = "A folder with files of the same names; tests/data/traces unless said" };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("papers", "Simulate the papers' comparisons; minutes") { Part, Slices, Traces, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var rows = new List<PapersRow>();
        var runs = new SliceRuns(parse.GetValue(Traces)?.FullName ?? RepositoryRoot.Of("tests", "data", "traces"), parse.GetValue(Slices));

        if (parse.GetValue(Part) is "all" or "serverlesslora")
        {
            new PapersBench(runs, rows).Reproduction();
        }

        if (parse.GetValue(Part) is "all" or "plora")
        {
            new AdapterBench(rows).Reproduction();
        }

        PapersTable.Write(rows, parse.GetValue(Json));
        return 0;
    }
}
