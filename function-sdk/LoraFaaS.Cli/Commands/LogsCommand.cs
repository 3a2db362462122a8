using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas logs FUNCTION</c>: one line, or one JSON object, for each; quietly the text alone.</summary>
internal static class LogsCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Keep printing new lines until Ctrl-C" };
    private static readonly Option<int> Lines = new("--lines", "--tail") { Description = "How many of the newest lines; -1: all that are kept", DefaultValueFactory = _ => -1 };

    private static readonly Option<string?> Since = new("--since") { Description = "Only lines of so long, for example 10m" };

    public static Command Create()
    {
        var command = new Command("logs", "Print a function's log") { Function, FunctionArgument.Namespace, Follow, Lines, Since };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var id = FunctionArgument.Read(parse, Function);
        DateTimeOffset? since = parse.GetValue(Since) is { } text ? TimeProvider.System.GetUtcNow() - DurationText.Read("--since", text) : null;

        await foreach (var line in client.Functions.LogsAsync(id, parse.GetValue(Lines), parse.GetValue(Follow), since, cancellationToken))
        {
            var words = line.Text.TrimEnd('\n');
            Printer.Line(parse, line, ContractsJson.Default.LogLine, words, $"{line.Timestamp.ToString("O", CultureInfo.InvariantCulture)} {line.Instance} {words}");
        }

        return ExitCodes.Done;
    }
}
