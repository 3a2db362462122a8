using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Units;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas plan</c>: what the platform wants to be where, and why; <c>plan explain FUNCTION</c>: the same of one function.</summary>
internal static class PlanCommand
{
    private static readonly Argument<string> Function = new("function") { Description = "name, or name.namespace" };

    public static Command Create()
    {
        var explain = new Command("explain", "Say why a function's artifacts are, or are not, where they are") { Function };
        explain.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, parse.GetValue(Function), stopping), cancellationToken));
        var command = new Command("plan", "Show what is kept, brought and moved down, and why") { explain };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, null, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, string? function, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var asked = function is null || function.Contains('.', StringComparison.Ordinal) ? function : $"{function}.openfaas-fn";
        var plan = await client.Platform.PlanAsync(asked, cancellationToken);

        if (OutputOptions.FormOf(parse) is OutputForm.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(plan, ContractsJson.Default.PlanInfo));
            return ExitCodes.Done;
        }

        if (plan.Number == 0)
        {
            Terminal.Output.WriteLine("No plan was made yet.");
        }
        else
        {
            Terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"Plan {plan.Number} of {plan.MadeAt:u} by {plan.Controller}: {plan.Lines.Count} lines, worth {plan.WorthMs:0} ms"));

            if (plan.Lines.Count > 0)
            {
                Print(plan);
            }
        }

        if (asked is not null && plan.Explanation is { } why)
        {
            Terminal.Output.WriteLine($"{asked}: {why}");
        }

        return ExitCodes.Done;
    }

    private static string Subject(PlanLine line) => line is { Function: { } function, Revision: { } revision }
        ? string.Create(CultureInfo.InvariantCulture, $"{function}@{revision}")
        : line.Function ?? line.TrustDomain ?? "";

    private static void Print(PlanInfo plan)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("what", "function or domain", "worker", "from", "to", "bytes", "why");

        foreach (var line in plan.Lines)
        {
            table.AddRow(
                Markup.Escape($"{line.Action} {line.Kind}"), Markup.Escape(Subject(line)), Markup.Escape(line.Worker),
                line.From, line.Tier, new ByteSize(line.Bytes).ToString(), Markup.Escape(line.Reason));
        }

        Terminal.Output.Write(table);
    }
}
