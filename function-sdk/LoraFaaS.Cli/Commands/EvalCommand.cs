using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Evaluation;
using LoraFaaS.Cli.Output;
using LoraFaaS.Client;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas eval FILE --function NAME</c>: asks every case of a file and scores the answers; its exit code is a promotion gate.</summary>
internal static class EvalCommand
{
    private const int MostShown = 10;

    private static readonly Argument<string> File = new("file") { Description = "One JSON object a line: prompt, and expected (exact) or pattern (a regular expression)" };
    private static readonly Option<string> Function = new("--function", "-f") { Description = "name or name.namespace", Required = true };
    private static readonly Option<double?> Threshold = new("--threshold") { Description = "Exit with 1 when a smaller share than this (0 to 1) is right" };
    private static readonly Option<int> Parallel = new("--parallel") { Description = "Calls at once", DefaultValueFactory = _ => 4 };
    private static readonly Option<int> Limit = new("--limit") { Description = "At most this many cases, from the beginning; 0: all" };
    private static readonly Option<bool> IgnoreCase = new("--ignore-case") { Description = "Capitals do not matter" };
    private static readonly Option<string?> Key = new("--key") { Description = "An API key (else $LORAFAAS_API_KEY; without one the password, where there is one)" };
    private static readonly Option<string?> Save = new("--save") { Description = "Also write the report, every wrong answer in it, to this file (JSON)" };

    public static Command Create()
    {
        var command = new Command("eval", "Ask a function every case of a file and score the answers")
        {
            File, Function, FunctionArgument.Namespace, Threshold, Parallel, Limit, IgnoreCase, Key, Save,
        };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var function = FunctionArgument.Read(parse, parse.GetValue(Function)!);
        var threshold = parse.GetValue(Threshold);
        var parallel = parse.GetValue(Parallel);

        if (threshold is < 0 or > 1)
        {
            throw new UsageException($"--threshold {threshold}: a share from 0 to 1.");
        }

        if (parallel is < 1 or > 256)
        {
            throw new UsageException($"--parallel {parallel}: 1 to 256.");
        }

        var cases = EvalFile.Read(parse.GetValue(File)!, parse.GetValue(Limit) is > 0 and var most ? most : int.MaxValue);
        using var client = ConnectionOptions.Resolve(parse).Connect(parse.GetValue(Key) ?? Environment.GetEnvironmentVariable("LORAFAAS_API_KEY"));
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        var evaluator = new Evaluator(client, time);

        var answers = await CountBar.RunAsync(
            $"eval {function}",
            cases.Count,
            OutputOptions.Progress(parse).Silent,
            answered => evaluator.RunAsync(function, cases, parallel, parse.GetValue(IgnoreCase), answered, cancellationToken));
        var report = EvalReport.Of(function.ToString(), answers, threshold, time.GetElapsedTime(started));

        if (parse.GetValue(Save) is { } path)
        {
            await System.IO.File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(report, CliJson.Default.EvalReport), cancellationToken);
        }

        Printer.Print(parse, report, CliJson.Default.EvalReport, [report.Accuracy.ToString("0.0000", CultureInfo.InvariantCulture)], () => Rows(report));
        Explain(report);
        return report.Passes ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static Rows Rows(EvalReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("function", "cases", "right", "accuracy", "TTFT p50", "p99", "tokens/s");
        table.AddRow(
            Markup.Escape(report.Function),
            Number(report.Cases, "0"),
            Number(report.Right, "0"),
            Number(report.Accuracy, "0.0 %"),
            Number(report.TtftP50Ms, "0.0") + " ms",
            Number(report.TtftP99Ms, "0.0") + " ms",
            Number(report.TokensPerSecond, "0"));

        if (report.Wrong.Count == 0)
        {
            return new Rows(table);
        }

        var wrong = new Table().Border(TableBorder.Simple).AddColumns("case", "prompt", "expected", "answer");

        foreach (var answer in report.Wrong.Take(MostShown))
        {
            wrong.AddRow(
                Number(answer.Case, "0"), Markup.Escape(answer.Prompt), Markup.Escape(answer.Expected),
                answer.Error is { } error ? $"[red]{Markup.Escape(error)}[/]" : Markup.Escape(answer.Answer));
        }

        return new Rows(table, wrong);
    }

    private static void Explain(EvalReport report)
    {
        if (report.Wrong.Count > MostShown)
        {
            CommandRunner.Errors.MarkupLineInterpolated($"[grey]{report.Wrong.Count - MostShown} more wrong answers; --save FILE keeps all of them.[/]");
        }

        if (report.Failed > 0)
        {
            CommandRunner.Errors.MarkupLineInterpolated($"[red]error:[/] {report.Failed} of {report.Cases} calls were not answered");
        }
        else if (!report.Passes)
        {
            CommandRunner.Errors.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"[red]error:[/] {report.Accuracy:0.0 %} is below the threshold of {report.Threshold:0.0 %}");
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
