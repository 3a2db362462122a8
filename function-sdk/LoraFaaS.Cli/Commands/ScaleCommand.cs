using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas scale FUNCTION REPLICAS</c>.</summary>
internal static class ScaleCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();
    private static readonly Argument<int> Replicas = new("replicas") { Description = "How many workers should hold it; 0 lets it go cold" };

    public static Command Create()
    {
        var command = new Command("scale", "Set how many workers hold a function ready") { Function, Replicas, FunctionArgument.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var (id, replicas) = (FunctionArgument.Read(parse, Function), parse.GetValue(Replicas));
        await client.Functions.ScaleAsync(id, replicas, cancellationToken);
        Printer.Changed(parse, id.ToString(), string.Create(CultureInfo.InvariantCulture, $"scaled to {replicas}"));
        return ExitCodes.Done;
    }
}
