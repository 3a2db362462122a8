using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas logs FUNCTION</c>.</summary>
internal static class LogsCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();
    private static readonly Option<bool> Follow = new("--follow") { Description = "Keep printing new lines until Ctrl-C" };
    private static readonly Option<int> Lines = new("--lines") { Description = "How many of the newest lines; -1: all that are kept", DefaultValueFactory = _ => -1 };

    public static Command Create()
    {
        var command = new Command("logs", "Print a function's log") { Function, FunctionArgument.Namespace, Follow, Lines };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var id = FunctionArgument.Read(parse, Function);

        await foreach (var line in client.Functions.LogsAsync(id, parse.GetValue(Lines), parse.GetValue(Follow), cancellationToken))
        {
            Console.WriteLine($"{line.Timestamp.ToString("O", CultureInfo.InvariantCulture)} {line.Instance} {line.Text.TrimEnd('\n')}");
        }

        return ExitCodes.Done;
    }
}
