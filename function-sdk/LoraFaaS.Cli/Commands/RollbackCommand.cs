using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas rollback FUNCTION [--to REVISION]</c>. Only the routes change: what served a short time ago is still warm.</summary>
internal static class RollbackCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();
    private static readonly Option<string?> To = new("--to") { Description = "The revision, as rev2 or 2. Without it: what served before" };

    public static Command Create()
    {
        var command = new Command("rollback", "Send a function's calls back to an earlier revision") { Function, To, FunctionArgument.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var id = FunctionArgument.Read(parse, Function);
        int? to = parse.GetValue(To) is not { } text ? null
            : RevisionName.TryParse(text, id.Name.Value, out var number) ? number
            : throw new UsageException($"--to {text}: not a revision, as in rev2.");

        using var client = ConnectionOptions.Resolve(parse).Connect();
        return TrafficCommand.Print(parse, await client.Traffic.RollbackAsync(id, to, cancellationToken));
    }
}
