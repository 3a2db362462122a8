using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.Cli.Output;
using LoraFaaS.Simulator;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas simulate</c>: replays a trace on a cluster that need not exist, under this system and others.</summary>
internal static class SimulateCommand
{
    private static readonly Option<string> Cluster = new("--cluster") { Description = "l40s, a100, this-machine, or a JSON file", DefaultValueFactory = _ => "l40s" };
    private static readonly Option<FileInfo?> Requests = new("--requests") { Description = "CSV(.gz): arrival_s,input_tokens,output_tokens[,function]" };
    private static readonly Option<FileInfo?> Minutes = new("--minutes") { Description = "CSV(.gz): function, then its calls in each minute" };
    private static readonly Option<double> Rate = new("--rate") { Description = "Calls a second, all functions together; gaps of a file are as they are unless it is said", DefaultValueFactory = _ => 5 };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Without a file: length", DefaultValueFactory = _ => 600 };
    private static readonly Option<double> Variation = new("--cv") { Description = "Without a file: variation of the gaps; 1 is Poisson", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Zipf = new("--zipf") { Description = "Without a file: exponent of popularity", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Functions = new("--functions") { Description = "Without a file: how many; of a file of minutes: at most", DefaultValueFactory = _ => 100 };
    private static readonly Option<double> AdapterMegabytes = new("--adapter-mb") { Description = "Size of an adapter", DefaultValueFactory = _ => 50 };
    private static readonly Option<string[]> Systems = new("--system") { Description = $"One or several of {string.Join(", ", Simulate.SystemNames)}", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["serverlesslora", "lorafaas"] };
    private static readonly Option<double> Price = new("--price") { Description = "Milliseconds a GiB must save in each second it is held by lorafaas; 0: hold what there is room for", DefaultValueFactory = _ => Simulate.UsualPriceMs };
    private static readonly Option<int> Seed = new("--seed") { Description = "The same seed gives the same run", DefaultValueFactory = _ => 1 };
    private static readonly Option<FileInfo?> Save = new("--save") { Description = "Also write the reports to this file (JSON)" };
    private static readonly Option<FileInfo?> Html = new("--html") { Description = "Also write a page with plots to this file" };

    public static Command Create()
    {
        var command = new Command("simulate", "Replay a trace on a simulated cluster, under this system and others")
        {
            Cluster, Requests, Minutes, Rate, Seconds, Variation, Zipf, Functions, AdapterMegabytes, Systems, Price, Seed, Save, Html,
        };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        List<RunReport> reports = [];
        Check(parse);

        try
        {
            var cluster = ClusterFile.Read(parse.GetValue(Cluster)!);
            string[] systems = [.. parse.GetValue(Systems)!.SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries))];

            // Said before anything is simulated, not after minutes of it.
            Array.ForEach(systems, system => Simulate.SpecOf(system));
            var trace = Scaled(parse, TraceOf(parse, cluster));

            if (ClusterCheck.Problem(cluster, trace) is { } problem)
            {
                throw new UsageException(problem);
            }

            foreach (var system in systems)
            {
                OutputOptions.Progress(parse).Step("simulate", $"{system}, {trace.Count} calls");
                reports.Add(Simulate.Run(cluster, trace, system, parse.GetValue(Price), cancellationToken: cancellationToken));
            }

            Printer.Print(parse, reports, SimulatorJson.Default.ListRunReport, reports.Select(report => report.System), () => new Rows([Times(reports), .. reports.Select(report => report.Missing()).OfType<string>().Select(missing => new Text(missing)), Rest(reports)]));

            if (parse.GetValue(Save) is { } file)
            {
                await File.WriteAllBytesAsync(file.FullName, JsonSerializer.SerializeToUtf8Bytes(reports, SimulatorJson.Default.ListRunReport), cancellationToken);
            }

            if (parse.GetValue(Html) is { } html)
            {
                await File.WriteAllTextAsync(html.FullName, HtmlReport.Write(reports), cancellationToken);
            }
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(exception.Message);
        }

        return ExitCodes.Done;
    }

    private static void Check(ParseResult parse)
    {
        foreach (var option in (Option<double>[])[Rate, Seconds, AdapterMegabytes, Variation])
        {
            if (parse.GetValue(option) is not (> 0 and < double.PositiveInfinity))
            {
                throw new UsageException($"{option.Name} is a number above 0.");
            }
        }

        if (parse.GetValue(Functions) < 1)
        {
            throw new UsageException($"{Functions.Name} is at least 1.");
        }

        foreach (var file in new[] { parse.GetValue(Save), parse.GetValue(Html) })
        {
            if (file is { Directory.Exists: false })
            {
                throw new UsageException($"{file.FullName}: there is no such folder.");
            }
        }

        if (parse.GetValue(Price) is not >= 0 || parse.GetValue(Zipf) is not >= 0)
        {
            throw new UsageException($"{Price.Name} and {Zipf.Name} are not below 0.");
        }
    }

    private static Trace TraceOf(ParseResult parse, ClusterSpec cluster)
    {
        if (parse.GetValue(Requests) is { } requests)
        {
            return WithCalls(requests.FullName, TraceFiles.ReadRequests(requests.FullName, parse.GetValue(AdapterMegabytes)));
        }

        var backbones = cluster.Backbones.Count;

        if (parse.GetValue(Minutes) is { } minutes)
        {
            var rows = TraceFiles.ReadMinutes(minutes.FullName).Take(parse.GetValue(Functions)).ToArray();
            var length = rows.Select(row => row.Counts.Length).DefaultIfEmpty(0).Min();
            var specs = rows.Select((row, index) => new TraceFunction(row.Function, index % backbones, parse.GetValue(AdapterMegabytes))).ToArray();
            return WithCalls(minutes.FullName, TraceFiles.FromMinutes(minutes.Name, rows, specs, 0, length, 0, TokenLengths.Gsm8K, parse.GetValue(Seed)));
        }

        var functions = Enumerable.Range(0, parse.GetValue(Functions)).Select(index => new TraceFunction($"f{index}", index % backbones, parse.GetValue(AdapterMegabytes))).ToArray();
        return WithCalls($"{Rate.Name} times {Seconds.Name}", TraceGenerator.Gamma(functions, parse.GetValue(Rate), parse.GetValue(Seconds), parse.GetValue(Variation), parse.GetValue(Zipf), TokenLengths.Gsm8K, parse.GetValue(Seed)));
    }

    private static Trace WithCalls(string what, Trace trace) => trace.Count > 0 ? trace : throw new UsageException($"{what} has no calls.");

    private static Trace Scaled(ParseResult parse, Trace trace) =>
        parse.GetResult(Rate) is { Implicit: false } && (parse.GetValue(Requests) ?? parse.GetValue(Minutes)) is not null ? TraceScaling.To(trace, parse.GetValue(Rate)) : trace;

    private static Table Times(IReadOnlyList<RunReport> reports)
    {
        var table = new Table().Border(TableBorder.Simple).Title("milliseconds: mean p50 p95 p99");
        AddColumns(table, "system", "first token", "whole answer", "between tokens");

        foreach (var report in reports)
        {
            table.AddRow(Markup.Escape(report.System), Four(report.TtftMs, "0"), Four(report.E2EMs, "0"), Four(report.TpotMs, "0.0"));
        }

        return table;
    }

    private static Table Rest(IReadOnlyList<RunReport> reports)
    {
        var table = new Table().Border(TableBorder.Simple).Title("waited for, % of calls; adapter found at store, disk, host, device, %");
        AddColumns(table, "system", "adapter", "process", "backbone", "found", "SLO missed", "in time/s", "tokens/s", "cost $", "memory", "backbones");

        foreach (var report in reports)
        {
            table.AddRow(
                Markup.Escape(report.System), Number(report.ColdAdapter * 100, "0.0"), Number(report.ColdProcess * 100, "0.0"), Number(report.ColdBackbone * 100, "0.0"),
                string.Join(' ', report.FoundAt.Select(share => Number(share * 100, "0"))), Number(report.SloMisses, "P1"), Number(report.GoodPerSecond, "0.00"),
                Number(report.TokensPerSecond, "0"), Number(report.Cost, "0.000"), Number(report.MemoryHeld, "P1"), Number(report.Redundancy, "0.00") + "×");
        }

        return table;
    }

    /// <summary>Names are not broken, figures stand under figures.</summary>
    private static void AddColumns(Table table, string first, params IEnumerable<string> others)
    {
        table.AddColumn(new TableColumn(first).NoWrap());

        foreach (var other in others)
        {
            table.AddColumn(new TableColumn(other).RightAligned().NoWrap());
        }
    }

    private static string Four(Spread spread, string format) =>
        string.Join(' ', ((double[])[spread.Mean, spread.P50, spread.P95, spread.P99]).Select(value => Number(value, format).PadLeft(6)));

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
