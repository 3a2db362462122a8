using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas list</c>.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "List functions") { FunctionArgument.Namespace };
        command.Aliases.Add("ls");
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var given = parse.GetValue(FunctionArgument.Namespace);
        NamespaceName? namespaceName = given is null ? null
            : NamespaceName.TryParse(given, out var parsed) ? parsed
            : throw new UsageException($"--namespace {given}: not a namespace's name.");
        var functions = await client.Functions.ListAsync(namespaceName, cancellationToken);

        Printer.Print(parse, functions, ContractsJson.Default.IReadOnlyListFunctionStatus, functions.Select(function => function.Name), () => Rows(functions), "No functions; `lorafaas deploy NAME --image lora://BACKBONE/ADAPTER` makes one.");
        return ExitCodes.Done;
    }

    private static Table Rows(IReadOnlyList<FunctionStatus> functions)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("function", "image", "revision", "tier", "replicas", "invocations");

        foreach (var function in functions)
        {
            table.AddRow(
                Markup.Escape(function.Name),
                Markup.Escape(function.Image),
                function.Lorafaas?.Revision.ToString(CultureInfo.InvariantCulture) ?? "",
                Markup.Escape(function.Lorafaas?.Tier ?? ""),
                string.Create(CultureInfo.InvariantCulture, $"{function.AvailableReplicas}/{function.Replicas}"),
                function.InvocationCount.ToString("0", CultureInfo.InvariantCulture));
        }

        return table;
    }
}
