using System.Text.Json;
using Spectre.Console;

namespace LoraFaaS.Bench.Papers;

/// <summary>The rows on the terminal, each with the number of its setting, and as JSON.</summary>
internal static class PapersTable
{
    private const int Width = 200;

    public static void Write(List<PapersRow> rows, FileInfo? json)
    {
        var settings = rows.Select(row => row.Setting).Where(setting => setting.Length > 0).Distinct().ToList();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { ColorSystem = Console.IsOutputRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect });
        console.Profile.Width = Math.Max(console.Profile.Width, Width);
        var table = new Table().AddColumns("figure", "at", "reported / target", "baseline", "their system", "ours", "floor", "met", "note");

        foreach (var row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Figure), row.Setting.Length == 0 ? "" : $"({settings.IndexOf(row.Setting) + 1})", Markup.Escape(row.Reported), Markup.Escape(row.Baseline), Markup.Escape(row.System), Markup.Escape(row.Ours), Markup.Escape(row.Floor),
                row.Met switch { true => "yes", false => "[red]no[/]", null => "" }, Markup.Escape(row.Note));
        }

        console.Write(table);

        for (var index = 0; index < settings.Count; index++)
        {
            console.WriteLine($"({index + 1}) {settings[index]}");
        }

        if (json is not null)
        {
            json.Directory?.Create();
            File.WriteAllBytes(json.FullName, JsonSerializer.SerializeToUtf8Bytes(rows, PapersJson.Default.ListPapersRow));
        }
    }
}
