using System.CommandLine;
using LoraFaaS.Cli.Connection;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas promote FUNCTION</c>: the end of a trial that went well.</summary>
internal static class PromoteCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();

    public static Command Create()
    {
        var command = new Command("promote", "Send all calls of a function to its newest revision") { Function, FunctionArgument.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        return TrafficCommand.Print(parse, await client.Traffic.PromoteAsync(FunctionArgument.Read(parse, Function), cancellationToken));
    }
}
