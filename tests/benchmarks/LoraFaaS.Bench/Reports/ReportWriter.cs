using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace LoraFaaS.Bench.Reports;

/// <summary>Collects a verb's rows as they come, prints the table at the end and writes the JSON file.</summary>
internal sealed class ReportWriter
{
    /// <summary>Below this the machine counts as ours: the run's own threads are not in the average yet.</summary>
    private const double QuietLoad = 0.5;

    private const int TableWidth = 180;

    private readonly string _verb;
    private readonly TimeProvider _time;
    private readonly List<BenchRow> _rows = [];
    private readonly double _loadBefore = MachineFacts.Load();

    public ReportWriter(string verb, TimeProvider time)
    {
        (_verb, _time) = (verb, time);
        RunningLine.Start(verb, time);
    }

    public void Add(BenchRow row)
    {
        _rows.Add(row);
        RunningLine.Count();
        Say($"{row.Case}: {Number(row.Figure)} {row.Unit}{(row.Fraction is { } share ? $" ({share:P1} of {row.CeilingName})" : "")}");
    }

    /// <summary>Progress, on standard error.</summary>
    public static void Say(string line) => RunningLine.Write($"… {line}");

    public void Finish(FileInfo? json)
    {
        RunningLine.Stop();
        var machine = MachineFacts.Read();
        var loadAfter = MachineFacts.Load();
        Print(machine, loadAfter);

        if (json is not null)
        {
            var report = new BenchReport
            {
                Verb = _verb,
                At = _time.GetUtcNow(),
                Machine = machine,
                LoadBefore = _loadBefore,
                LoadAfter = loadAfter,
                UnderLoad = _loadBefore > QuietLoad,
                Rows = _rows,
            };
            json.Directory?.Create();
            File.WriteAllBytes(json.FullName, JsonSerializer.SerializeToUtf8Bytes(report, BenchJson.Default.BenchReport));
        }
    }

    private void Print(MachineFacts machine, double loadAfter)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { ColorSystem = Console.IsOutputRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect });
        console.Profile.Width = Math.Max(console.Profile.Width, TableWidth);
        var load = string.Create(CultureInfo.InvariantCulture, $"load average {_loadBefore:0.00} before, {loadAfter:0.00} after{(_loadBefore > QuietLoad ? ": taken under load" : "")}");
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"bench {_verb} · {_time.GetUtcNow():u} · {machine.Cpu}, {machine.Cores} cores, {machine.MemoryBytes >> 30} GiB · {machine.Instructions} · {load}"));

        var table = new Table().AddColumn("case").AddColumn("figure").AddColumn("ceiling").AddColumn("fraction").AddColumn("target").AddColumn("met");
        foreach (var row in _rows)
        {
            table.AddRow(
                Markup.Escape(row.Case),
                $"{Number(row.Figure)} {Markup.Escape(row.Unit)}",
                row.Ceiling is { } ceiling ? $"{Number(ceiling)} {Markup.Escape($"({row.CeilingName})")}" : "",
                row.Fraction is { } share ? share.ToString("P1", CultureInfo.InvariantCulture) : "",
                Markup.Escape(row.Target),
                row.Met switch { true => "yes", false => "[red]no[/]", null => "" });
        }

        console.Write(table);
    }

    /// <summary>Four significant places, without an exponent.</summary>
    private static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };
}
