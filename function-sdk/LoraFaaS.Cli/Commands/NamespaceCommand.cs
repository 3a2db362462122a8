using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas namespace create|update|list|remove</c>.</summary>
internal static class NamespaceCommand
{
    /// <summary>What OpenFaaS's clients look for on a namespace of functions.</summary>
    private static readonly Dictionary<string, string> Mark = new(StringComparer.Ordinal) { ["openfaas"] = "1" };

    private static readonly Argument<string> Name = new("name") { Description = "Lower-case letters, digits and dashes" };

    private static readonly Option<bool?> RequireApiKey = new("--require-api-key") { Description = "Calls of its functions need an API key (lorafaas key create), also where the gateway asks for none; with false: as the gateway asks" };

    public static Command Create()
    {
        var create = new Command("create", "Make a namespace") { Name, RequireApiKey };
        create.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => CreateAsync(parse, stopping), cancellationToken));
        var update = new Command("update", "Change who may call a namespace's functions") { Name, RequireApiKey };
        update.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => UpdateAsync(parse, stopping), cancellationToken));
        var list = new Command("list", "List namespaces");
        list.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => ListAsync(parse, stopping), cancellationToken));
        var remove = new Command("remove", "Remove a namespace that is empty") { Name };
        remove.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RemoveAsync(parse, stopping), cancellationToken));
        return new Command("namespace", "Make, change, list and remove namespaces") { create, update, list, remove };
    }

    private static async Task<int> CreateAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var name = ReadName(parse);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        await client.Namespaces.CreateAsync(new FunctionNamespace { Name = name.Value, Labels = Mark, Annotations = With(Mark, parse.GetValue(RequireApiKey)) }, cancellationToken);
        Printer.Changed(parse, name.Value, "created");
        return ExitCodes.Done;
    }

    private static async Task<int> UpdateAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var name = ReadName(parse);
        var closed = parse.GetValue(RequireApiKey) ?? throw new UsageException("Say what is to change: --require-api-key true or false.");
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var now = await client.Namespaces.DescribeAsync(name, cancellationToken);
        await client.Namespaces.UpdateAsync(name, now with { Annotations = With(now.Annotations, closed) }, cancellationToken);
        Printer.Changed(parse, name.Value, closed ? "needs API keys" : "asks for no keys of its own");
        return ExitCodes.Done;
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string>? annotations, bool? closed)
    {
        var all = new Dictionary<string, string>(annotations ?? Mark, StringComparer.Ordinal);

        if (closed is { } set)
        {
            all[FunctionAnnotations.RequireApiKey] = set ? "true" : "false";
        }

        return all;
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
