using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas namespace create|list|remove</c>.</summary>
internal static class NamespaceCommand
{
    /// <summary>What OpenFaaS's clients look for on a namespace of functions.</summary>
    private static readonly Dictionary<string, string> Mark = new(StringComparer.Ordinal) { ["openfaas"] = "1" };

    private static readonly Argument<string> Name = new("name") { Description = "Lower-case letters, digits and dashes" };

    public static Command Create()
    {
        var create = new Command("create", "Make a namespace") { Name };
        create.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => CreateAsync(parse, stopping), cancellationToken));
        var list = new Command("list", "List namespaces");
        list.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => ListAsync(parse, stopping), cancellationToken));
        var remove = new Command("remove", "Remove a namespace that is empty") { Name };
        remove.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RemoveAsync(parse, stopping), cancellationToken));
        return new Command("namespace", "Make, list and remove namespaces") { create, list, remove };
    }

    private static async Task<int> CreateAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var name = ReadName(parse);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        await client.Namespaces.CreateAsync(new FunctionNamespace { Name = name.Value, Labels = Mark, Annotations = Mark }, cancellationToken);
        Printer.Changed(parse, name.Value, "created");
        return ExitCodes.Done;
    }

    private static async Task<int> ListAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var names = await client.Namespaces.ListAsync(cancellationToken);
        Printer.Print(parse, [.. names], ContractsJson.Default.ListString, names, () => new Text(string.Concat(names.Select(name => name + "\n"))));
        return ExitCodes.Done;
    }

    private static async Task<int> RemoveAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var name = ReadName(parse);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        await client.Namespaces.RemoveAsync(name, cancellationToken);
        Printer.Changed(parse, name.Value, "removed");
        return ExitCodes.Done;
    }

    private static NamespaceName ReadName(ParseResult parse) =>
        NamespaceName.TryParse(parse.GetValue(Name), out var name)
            ? name
            : throw new UsageException($"{parse.GetValue(Name)} is not a namespace's name (lower-case letters, digits and dashes).");
}
