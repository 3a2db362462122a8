using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas remove FUNCTION</c>.</summary>
internal static class RemoveCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();

    public static Command Create()
    {
        var command = new Command("remove", "Remove a function") { Function, FunctionArgument.Namespace };
        command.Aliases.Add("rm");
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var id = FunctionArgument.Read(parse, Function);
        await client.Functions.RemoveAsync(id, cancellationToken);
        Printer.Changed(parse, id.ToString(), "removed");
        return ExitCodes.Done;
    }
}
