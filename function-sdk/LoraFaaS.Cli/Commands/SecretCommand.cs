using System.CommandLine;
using System.Text;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas secret create|update|list|remove</c>.</summary>
internal static class SecretCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "Lower-case letters, digits, dashes and dots" };
    private static readonly Option<string?> FromLiteral = new("--from-literal") { Description = "The value itself; others on this machine may see it in the process list" };
    private static readonly Option<string?> FromFile = new("--from-file") { Description = "A file whose bytes are the value; without either option it is read from standard input" };

    public static Command Create()
    {
        var create = new Command("create", "Store a secret") { Name, FromLiteral, FromFile, NamespaceOption.Namespace };
        create.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => StoreAsync(parse, isNew: true, stopping), cancellationToken));
        var update = new Command("update", "Replace a secret's value") { Name, FromLiteral, FromFile, NamespaceOption.Namespace };
        update.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => StoreAsync(parse, isNew: false, stopping), cancellationToken));
        var list = new Command("list", "List secrets by name") { NamespaceOption.Namespace };
        list.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => ListAsync(parse, stopping), cancellationToken));
        var remove = new Command("remove", "Remove a secret") { Name, NamespaceOption.Namespace };
        remove.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RemoveAsync(parse, stopping), cancellationToken));
        return new Command("secret", "Store, list and remove secrets") { create, update, list, remove };
    }

    private static async Task<int> StoreAsync(ParseResult parse, bool isNew, CancellationToken cancellationToken)
    {
        var name = ReadName(parse);
        var @namespace = NamespaceOption.Read(parse) ?? NamespaceName.Default;
        var value = await ReadValueAsync(parse, cancellationToken);
        using var client = ConnectionOptions.Resolve(parse).Connect();

        await (isNew
            ? client.Secrets.CreateAsync(@namespace, name, value, cancellationToken)
            : client.Secrets.UpdateAsync(@namespace, name, value, cancellationToken));
        Printer.Changed(parse, name.Value, isNew ? "created" : "updated");
        return ExitCodes.Done;
    }

    private static async Task<int> ListAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();

        var secrets = await client.Secrets.ListAsync(NamespaceOption.Read(parse) ?? NamespaceName.Default, cancellationToken);
        var names = secrets.Select(secret => secret.Name ?? "");
        Printer.Print(parse, [.. secrets], ContractsJson.Default.ListFunctionSecret, names, () => new Text(string.Concat(names.Select(name => name + "\n"))), "No secrets; `lorafaas secret create NAME` keeps one.");

        return ExitCodes.Done;
    }

    private static async Task<int> RemoveAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var name = ReadName(parse);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        await client.Secrets.RemoveAsync(NamespaceOption.Read(parse) ?? NamespaceName.Default, name, cancellationToken);
        Printer.Changed(parse, name.Value, "removed");
        return ExitCodes.Done;
    }

    private static SecretName ReadName(ParseResult parse) =>
        SecretName.TryParse(parse.GetValue(Name), out var name)
            ? name
            : throw new UsageException($"{parse.GetValue(Name)} is not a secret's name (lower-case letters, digits, dashes and dots).");

    private static async Task<byte[]> ReadValueAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        if (parse.GetValue(FromLiteral) is { } literal)
        {
            return parse.GetValue(FromFile) is null
                ? Encoding.UTF8.GetBytes(literal)
                : throw new UsageException("--from-literal and --from-file: give one of them.");
        }

        if (parse.GetValue(FromFile) is not { } path)
        {
            // What was typed or echoed ends with a newline that nobody means.
            return Encoding.UTF8.GetBytes((await Console.In.ReadToEndAsync(cancellationToken)).TrimEnd('\r', '\n'));
        }

        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--from-file: {e.Message}");
        }
    }
}
