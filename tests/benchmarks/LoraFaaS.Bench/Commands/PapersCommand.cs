using System.CommandLine;
using System.Text.Json;
using LoraFaaS.Bench.Papers;
using LoraFaaS.TestKit.Files;
using Spectre.Console;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>papers</c>: the papers' figures and the targets, simulated.</summary>
internal static class PapersCommand
{
    private static readonly Option<string> Part = new("--part") { Description = "reproduction, gap, misses, adapters or all", DefaultValueFactory = _ => "all" };
    private static readonly Option<int> Slices = new("--slices") { Description = "Of 8 fixed ones", DefaultValueFactory = _ => 8 };
    private static readonly Option<DirectoryInfo?> Traces = new("--traces") { Description = "A folder with files of the same names; tests/data/traces unless said" };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("papers", "Simulate the papers' comparisons and the targets; minutes") { Part, Slices, Traces, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var rows = new List<PapersRow>();
        var runs = new SliceRuns(parse.GetValue(Traces)?.FullName ?? RepositoryRoot.Of("tests", "data", "traces"), parse.GetValue(Slices));
        var bench = new PapersBench(runs, rows);
        var parts = new (string Name, Action Run)[]
        {
            ("reproduction", bench.Reproduction), ("gap", bench.Gap), ("misses", bench.Misses), ("adapters", () => new AdapterBench(rows).Run()),
        };

        foreach (var (name, run) in parts)
        {
            if (parse.GetValue(Part) is "all" || parse.GetValue(Part) == name)
            {
                run();
            }
        }

        Print(rows);

        if (parse.GetValue(Json) is { } file)
        {
            file.Directory?.Create();
            File.WriteAllBytes(file.FullName, JsonSerializer.SerializeToUtf8Bytes(rows, PapersJson.Default.ListPapersRow));
        }

        return 0;
    }

    private static void Print(List<PapersRow> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { ColorSystem = Console.IsOutputRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect });
        console.Profile.Width = Math.Max(console.Profile.Width, 200);
        var table = new Table().AddColumns("figure", "reported / target", "baseline", "their system", "ours", "met", "note");

        foreach (var row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Figure), Markup.Escape(row.Reported), Markup.Escape(row.Baseline), Markup.Escape(row.System), Markup.Escape(row.Ours),
                row.Met switch { true => "yes", false => "[red]no[/]", null => "" }, Markup.Escape(row.Note));
        }

        console.Write(table);

        foreach (var setting in rows.Select(row => row.Setting).Where(setting => setting.Length > 0).Distinct())
        {
            console.WriteLine(setting);
        }
    }
}
