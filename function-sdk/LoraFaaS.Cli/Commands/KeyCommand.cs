using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Client;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas key create|list|rotate|revoke</c>. A new key's text is the only thing on standard output, for scripts.</summary>
internal static class KeyCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "What people call it" };
    private static readonly Argument<string> Id = new("id") { Description = "The key's id, as listed" };
    private static readonly Option<string[]> Functions = new("--function", "-f") { Description = "A function it may invoke; may be repeated (default: all of the namespace)" };
    private static readonly Option<string?> Expires = new("--expires") { Description = "How long it lives, for example 90d (default: until it is revoked)" };
    private static readonly Option<int> Requests = new("--requests-per-minute") { Description = "0: no limit" };
    private static readonly Option<int> Tokens = new("--tokens-per-minute") { Description = "Prompt and completion tokens; 0: no limit" };
    private static readonly Option<int> Concurrent = new("--max-concurrent") { Description = "Invocations at once; 0: no limit" };
    private static readonly Option<string?> Priority = new("--priority") { Description = "low, normal or high: how its calls wait at a full gateway (default: as their function's do)" };
    private static readonly Option<string?> Grace = new("--grace") { Description = "How long the text before the new one is accepted (default 1d; 0s ends it at once)" };

    public static Command Create()
    {
        var create = new Command("create", "Issue a key and print it") { Name, NamespaceOption.Namespace, Functions, Expires, Requests, Tokens, Concurrent, Priority };
        create.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => CreateAsync(parse, stopping), cancellationToken));
        var list = new Command("list", "List keys") { NamespaceOption.Namespace };
        list.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => ListAsync(parse, stopping), cancellationToken));
        var rotate = new Command("rotate", "Print a new text for a key") { Id, Grace };
        rotate.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RotateAsync(parse, stopping), cancellationToken));
        var revoke = new Command("revoke", "End a key now") { Id };
        revoke.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RevokeAsync(parse, stopping), cancellationToken));
        return new Command("key", "Issue, list, rotate and revoke API keys for invocations") { create, list, rotate, revoke };
    }

    private static async Task<int> CreateAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var request = new ApiKeyRequest
        {
            Name = parse.GetValue(Name),
            Namespace = NamespaceOption.Read(parse)?.Value,
            Functions = parse.GetValue(Functions),
            ExpiresAt = parse.GetValue(Expires) is { } expires ? TimeProvider.System.GetUtcNow() + DurationText.Read("--expires", expires) : null,
            Limits = new ApiKeyLimits
            {
                RequestsPerMinute = parse.GetValue(Requests),
                TokensPerMinute = parse.GetValue(Tokens),
                MaxConcurrent = parse.GetValue(Concurrent),
            },
            Priority = parse.GetValue(Priority),
        };

        Print(parse, await client.ApiKeys.IssueAsync(request, cancellationToken));
        await WarnOfStrangersAsync(parse, client, request, cancellationToken);
        return ExitCodes.Done;
    }

    /// <summary>A key may come before its function; a typing error looks the same.</summary>
    private static async Task WarnOfStrangersAsync(ParseResult parse, LoraFaaSClient client, ApiKeyRequest request, CancellationToken cancellationToken)
    {
        if (request.Functions is not { Count: > 0 } functions)
        {
            return;
        }

        var known = (await client.Functions.ListAsync(NamespaceOption.Read(parse) ?? NamespaceName.Default, cancellationToken)).Select(function => function.Name).ToHashSet(StringComparer.Ordinal);

        foreach (var stranger in functions.Where(function => !known.Contains(function.Split('.')[0])))
        {
            OutputOptions.Progress(parse).Warn($"{stranger} is not deployed yet");
        }
    }

    private static async Task<int> RotateAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        TimeSpan? grace = parse.GetValue(Grace) is { } text ? DurationText.Read("--grace", text) : null;
        using var client = ConnectionOptions.Resolve(parse).Connect();
        Print(parse, await client.ApiKeys.RotateAsync(ReadId(parse), grace, cancellationToken));
        return ExitCodes.Done;
    }

    private static async Task<int> RevokeAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var id = ReadId(parse);
        await client.ApiKeys.RevokeAsync(id, cancellationToken);
        OutputOptions.Progress(parse).Done("key", $"{id} revoked");
        return ExitCodes.Done;
    }

    private static async Task<int> ListAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var keys = await client.ApiKeys.ListAsync(NamespaceOption.Read(parse), cancellationToken);
        Printer.Print(parse, [.. keys], ContractsJson.Default.ListApiKeyInfo, keys.Select(key => key.Id), () => Rows(keys), "No keys; `lorafaas key create NAME` issues one.");
        return ExitCodes.Done;
    }

    private static Table Rows(IEnumerable<ApiKeyInfo> keys)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("id", "name", "namespace", "functions", "priority", "expires", "texts");

        foreach (var key in keys)
        {
            table.AddRow(
                Markup.Escape(key.Id),
                Markup.Escape(key.Name),
                Markup.Escape(key.Namespace),
                Markup.Escape(key.Functions.Count == 0 ? "all" : string.Join(", ", key.Functions)),
                Markup.Escape(key.Priority ?? "its function's"),
                key.ExpiresAt?.ToString("u", CultureInfo.InvariantCulture) ?? "",
                key.LiveSecrets.ToString(CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static void Print(ParseResult parse, ApiKeyIssued issued)
    {
        if (OutputOptions.FormOf(parse) is OutputForm.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(issued, ContractsJson.Default.ApiKeyIssued));
            return;
        }

        Console.Error.WriteLine($"key {issued.Key.Id} for {issued.Key.Namespace}; its text is shown this once:");
        Console.WriteLine(issued.Text);
    }

    private static ApiKeyId ReadId(ParseResult parse) =>
        ApiKeyId.TryParse(parse.GetValue(Id), out var id) ? id : throw new UsageException($"{parse.GetValue(Id)} is not a key's id; `lorafaas key list` shows them.");
}
