using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas describe FUNCTION</c>.</summary>
internal static class DescribeCommand
{
    private static readonly Argument<string> Function = FunctionArgument.Create();

    public static Command Create()
    {
        var command = new Command("describe", "Show one function") { Function, FunctionArgument.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var function = FunctionArgument.Read(parse, Function);
        var status = await client.Functions.DescribeAsync(function, cancellationToken);

        if (OutputOptions.FormOf(parse) is OutputForm.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(status, ContractsJson.Default.FunctionStatus));
            return ExitCodes.Done;
        }

        Print(status, await client.Functions.ForecastAsync(function, cancellationToken));
        return ExitCodes.Done;
    }

    private static string Standing(FunctionStatus status) => status switch
    {
        { AvailableReplicas: > 0 } => "ready",
        { Lorafaas.HeldBy: > 0 } => "asleep, and in memory already (the next call wakes it)",
        _ => "cold (the next call activates it)",
    };

    private static void Print(FunctionStatus status, ForecastInfo? forecast)
    {
        var grid = new Grid().AddColumn().AddColumn();

        void Row(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                grid.AddRow($"[grey]{name}[/]", Markup.Escape(value));
            }
        }

        Row("name", status.Name);
        Row("namespace", status.Namespace);
        Row("status", Standing(status));
        Row("replicas", string.Create(CultureInfo.InvariantCulture, $"{status.AvailableReplicas} of {status.Replicas}"));
        Row("image", status.Image);
        Row("revision", status.Lorafaas?.Revision.ToString(CultureInfo.InvariantCulture));
        Row("backbone", status.Lorafaas is { } details ? $"{details.Backbone} {details.BackboneDigest}" : null);
        Row("adapter", status.Lorafaas?.AdapterDigest);
        Row("tier", status.Lorafaas?.Tier);
        Row("isolation", status.Lorafaas?.Isolation);
        Row("invocations", status.InvocationCount.ToString("0", CultureInfo.InvariantCulture));
        Row("expected", forecast is null ? null : ForecastCommand.Line(forecast));
        Row("created", status.CreatedAt.ToString("u", CultureInfo.InvariantCulture));

        foreach (var (key, value) in status.Labels)
        {
            Row("label", $"{key}={value}");
        }

        foreach (var (key, value) in status.Annotations)
        {
            Row("annotation", $"{key}={value}");
        }

        Terminal.Output.Write(grid);
    }
}
