using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas describe FUNCTION</c>.</summary>
internal static class DescribeCommand
{
    private static readonly TimeSpan Lately = TimeSpan.FromHours(1);

    private static readonly Argument<string> Function = FunctionArgument.Create();

    public static Command Create()
    {
        var command = new Command("describe", "Show one function") { Function, FunctionArgument.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var connection = ConnectionOptions.Resolve(parse);
        using var client = connection.Connect();
        var function = FunctionArgument.Read(parse, Function);
        var status = await client.Functions.DescribeAsync(function, cancellationToken);

        if (OutputOptions.FormOf(parse) is OutputForm.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(status, ContractsJson.Default.FunctionStatus));
            return ExitCodes.Done;
        }

        var forecast = await client.Functions.ForecastAsync(function, cancellationToken);
        var lately = await client.Platform.StatsAsync(function, TimeProvider.System.GetUtcNow() - Lately, cancellationToken);
        Print(status, forecast, lately, connection.Gateway);
        return ExitCodes.Done;
    }

    private static string Standing(FunctionStatus status) => status switch
    {
        { AvailableReplicas: > 0 } => "ready",
        { Lorafaas.HeldBy: > 0 } => "asleep, and in memory already (the next call wakes it)",
        _ => "cold (the next call activates it)",
    };

    /// <summary>What an operator asks first: whether it works, and how quickly.</summary>
    internal static string Summary(InvocationStats stats) => stats.Calls == 0
        ? "no calls"
        : string.Create(CultureInfo.InvariantCulture, $"{stats.Calls} {(stats.Calls == 1 ? "call" : "calls")}, {stats.Failed} failed, {stats.Cold} cold{(stats is { TtftP50Ms: { } p50, TtftP99Ms: { } p99 } ? $", first token after {p50:0.#} ms (half of them), {p99:0.#} ms (99 in 100)" : "")}");

    private static void Print(FunctionStatus status, ForecastInfo? forecast, InvocationStats lately, Uri gateway)
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
        Row("url", $"{gateway.ToString().TrimEnd('/')}/function/{status.Name}{(status.Namespace == NamespaceName.Default.Value ? "" : $".{status.Namespace}")}");
        Row("last hour", Summary(lately));
        Row("replicas", string.Create(CultureInfo.InvariantCulture, $"{status.AvailableReplicas} of {status.Replicas}"));
        Row("image", status.Image);
        Row("revision", status.Lorafaas?.Revision.ToString(CultureInfo.InvariantCulture));
        Row("traffic", status.Lorafaas?.Traffic is { } split ? TrafficText.Write(split) : null);
        Row("backbone", status.Lorafaas is { } details ? $"{details.Backbone} {details.BackboneDigest}" : null);
        Row("adapter", status.Lorafaas?.AdapterDigest);
        Row("tier", status.Lorafaas?.Tier);
        Row("memory", status.Usage is { TotalMemoryBytes: > 0 and var bytes } ? new ByteSize((long)bytes).ToString() : null);
        Row("isolation", status.Lorafaas?.Isolation);
        Row("invocations", status.InvocationCount.ToString("0", CultureInfo.InvariantCulture));
        Row("expected", forecast is null ? null : ForecastCommand.Line(forecast));
        Row("created", status.CreatedAt.ToString("u", CultureInfo.InvariantCulture));

        Row("secrets", status.Secrets is { } secrets ? string.Join(", ", secrets) : null);

        foreach (var (key, value) in status.EnvVars ?? new Dictionary<string, string>())
        {
            Row("environment", $"{key}={value}");
        }

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
