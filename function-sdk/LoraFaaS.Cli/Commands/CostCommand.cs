using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas cost [--day 2026-01-31] [--namespace NAME]</c>: what a day cost, the dearest function first, and what it would have without sharing.</summary>
internal static class CostCommand
{
    private static readonly Option<string?> Day = new("--day") { Description = "The day (UTC), as in 2026-01-31. Without it: today so far" };

    public static Command Create()
    {
        var command = new Command("cost", "Show what a day cost, function by function, and what sharing the backbone saved") { Day, NamespaceOption.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var only = NamespaceOption.Read(parse);
        DateOnly? day = parse.GetValue(Day) is not { } text ? null
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) ? read
            : throw new UsageException($"--day {text}: not a day, as in 2026-01-31.");

        using var client = ConnectionOptions.Resolve(parse).Connect();
        var cost = await (day is { } asked ? client.Platform.CostAsync(asked, cancellationToken) : client.Platform.CostAsync(cancellationToken));

        if (only is { } space)
        {
            List<FunctionCost> its = [.. cost.Functions.Where(function => function.Namespace == space.Value)];
            cost = cost with { Functions = its, Cost = its.Sum(function => function.Cost), WithoutSharing = its.Sum(function => function.WithoutSharing) };
        }

        Printer.Print(parse, cost, ContractsJson.Default.CostInfo, cost.Functions.Select(function => $"{function.Function}.{function.Namespace}"), () => Rows(cost));
        return ExitCodes.Done;
    }

    private static Table Rows(CostInfo cost)
    {
        var table = new Table().Border(TableBorder.Simple).Title(string.Create(CultureInfo.InvariantCulture, $"{cost.Day:yyyy-MM-dd} (UTC), {cost.Currency}"));
        table.AddColumn("function");

        foreach (var name in (string[])["calls", "compute s", "device GB·s", "host GB·s", "backbone GB·s", "cost", "unshared"])
        {
            table.AddColumn(name, column => column.RightAligned());
        }

        foreach (var function in cost.Functions)
        {
            table.AddRow(
                Markup.Escape($"{function.Function}.{function.Namespace}"),
                function.Invocations.ToString(CultureInfo.InvariantCulture),
                Figure(function.ComputeSeconds),
                Figure(function.DeviceGbSeconds),
                Figure(function.HostGbSeconds),
                Figure(function.BackboneGbSeconds),
                Money(function.Cost),
                Money(function.WithoutSharing));
        }

        return table.AddRow("[bold]all[/]", cost.Functions.Sum(function => function.Invocations).ToString(CultureInfo.InvariantCulture), "", "", "", "", Money(cost.Cost), Money(cost.WithoutSharing));
    }

    private static string Figure(double value) => value.ToString(value < 10 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static string Money(double value) => value.ToString(value is > 0 and < 0.01 ? "0.000000" : "0.00", CultureInfo.InvariantCulture);
}
