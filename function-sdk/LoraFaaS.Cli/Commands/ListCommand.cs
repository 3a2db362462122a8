using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Client;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas list</c>.</summary>
internal static class ListCommand
{
    private static readonly Option<bool> AllNamespaces = new("--all-namespaces", "-A") { Description = "The functions of every namespace" };

    public static Command Create()
    {
        var command = new Command("list", "List functions") { FunctionArgument.Namespace, AllNamespaces };
        command.Aliases.Add("ls");
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var given = parse.GetValue(FunctionArgument.Namespace);
        var all = parse.GetValue(AllNamespaces);
        NamespaceName? namespaceName = given is null ? null
            : all ? throw new UsageException("--all-namespaces and --namespace: give one of them.")
            : NamespaceName.TryParse(given, out var parsed) ? parsed
            : throw new UsageException($"--namespace {given}: not a namespace's name.");
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var functions = all ? await FindAllAsync(client, cancellationToken) : await client.Functions.ListAsync(namespaceName, cancellationToken);

        Printer.Print(parse, functions, ContractsJson.Default.IReadOnlyListFunctionStatus, functions.Select(function => NameOf(function, all)), () => Rows(functions, all), "No functions; `lorafaas deploy NAME --image lora://BACKBONE/ADAPTER` makes one.");
        return ExitCodes.Done;
    }

    /// <summary>In the order of namespaces, as each lists its own.</summary>
    internal static async Task<IReadOnlyList<FunctionStatus>> FindAllAsync(LoraFaaSClient client, CancellationToken cancellationToken)
    {
        List<FunctionStatus> functions = [];

        foreach (var name in await client.Namespaces.ListAsync(cancellationToken))
        {
            if (NamespaceName.TryParse(name, out var parsed))
            {
                functions.AddRange(await client.Functions.ListAsync(parsed, cancellationToken));
            }
        }

        return functions;
    }

    /// <summary>As every verb takes it: with its namespace where more than one is listed.</summary>
    private static string NameOf(FunctionStatus function, bool all) => all ? $"{function.Name}.{function.Namespace}" : function.Name;

    private static Table Rows(IReadOnlyList<FunctionStatus> functions, bool all)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("function", "image", "revision", "tier", "replicas", "invocations");

        foreach (var function in functions)
        {
            table.AddRow(
                Markup.Escape(NameOf(function, all)),
                Markup.Escape(function.Image),
                function.Lorafaas?.Revision.ToString(CultureInfo.InvariantCulture) ?? "",
                Markup.Escape(function.Lorafaas?.Tier ?? ""),
                string.Create(CultureInfo.InvariantCulture, $"{function.AvailableReplicas}/{function.Replicas}"),
                function.InvocationCount.ToString("0", CultureInfo.InvariantCulture));
        }

        return table;
    }
}
