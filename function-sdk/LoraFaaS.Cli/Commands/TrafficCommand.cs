using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas traffic FUNCTION [rev1=90 rev2=10@next]</c>: shows the split, or sets it.</summary>
internal static class TrafficCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();
    private static readonly Argument<string[]> Shares = new("shares")
    {
        Description = "REVISION=PERCENT[@TAG], 100 together; REVISION is rev2, 2 or latest. None: show the split",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        var command = new Command("traffic", "Split a function's calls over its revisions") { Function, Shares, FunctionArgument.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    /// <summary>The split as it is now.</summary>
    internal static int Print(ParseResult parse, TrafficInfo traffic)
    {
        var split = TrafficText.Write(traffic.Targets);
        Printer.Line(parse, traffic, ContractsJson.Default.TrafficInfo, split, $"{traffic.Name}: {split} (newest: rev{traffic.Newest})");
        return ExitCodes.Done;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var id = FunctionArgument.Read(parse, Function);
        var text = string.Join(' ', parse.GetValue(Shares) ?? []);
        using var client = ConnectionOptions.Resolve(parse).Connect();

        if (text.Length == 0)
        {
            return Print(parse, await client.Traffic.GetAsync(id, cancellationToken));
        }

        return TrafficText.Read(text, id.Name.Value, out var targets) is { } wrong
            ? throw new UsageException(wrong + ".")
            : Print(parse, await client.Traffic.SetAsync(id, targets, null, cancellationToken));
    }
}
