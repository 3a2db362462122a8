using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas revisions FUNCTION</c>.</summary>
internal static class RevisionsCommand
{
    private const int ShownDigest = 19;

    private static readonly Argument<string> Function = FunctionArgument.Create();

    public static Command Create()
    {
        var command = new Command("revisions", "List a function's revisions, and which of them get calls") { Function, FunctionArgument.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var revisions = await client.Traffic.ListRevisionsAsync(FunctionArgument.Read(parse, Function), cancellationToken);

        Printer.Print(
            parse, [.. revisions], ContractsJson.Default.ListRevisionInfo, revisions.Select(revision => revision.Name), () => ToTable(revisions));
        return ExitCodes.Done;
    }

    private static Table ToTable(IReadOnlyList<RevisionInfo> revisions)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("revision", "percent", "tags", "state", "tier", "adapter", "image", "deployed");

        foreach (var revision in revisions)
        {
            AddRow(table, revision);
        }

        return table;
    }

    private static void AddRow(Table table, RevisionInfo revision) => table.AddRow(
        Markup.Escape(revision.Name),
        revision.Percent.ToString(CultureInfo.InvariantCulture),
        Markup.Escape(string.Join(' ', revision.Tags ?? [])),
        revision.State,
        revision.Tier,
        Markup.Escape(revision.AdapterDigest is { Length: > ShownDigest } digest ? digest[..ShownDigest] + "…" : revision.AdapterDigest ?? ""),
        Markup.Escape(revision.Image ?? ""),
        revision.DeployedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "");
}
