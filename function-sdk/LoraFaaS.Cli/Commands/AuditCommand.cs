using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas audit</c>: who changed what, newest first.</summary>
internal static class AuditCommand
{
    private static readonly Option<string?> Since = new("--since") { Description = "Only what is younger, for example 2h (default: all)" };
    private static readonly Option<int> Limit = new("--limit") { Description = "At most this many, up to 1000", DefaultValueFactory = _ => 100 };

    public static Command Create()
    {
        var command = new Command("audit", "Show who changed what, newest first") { Since, Limit };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        DateTimeOffset? since = parse.GetValue(Since) is { } text ? TimeProvider.System.GetUtcNow() - DurationText.Read("--since", text) : null;
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var events = await client.Platform.AuditAsync(since, parse.GetValue(Limit), cancellationToken);

        Printer.Print(
            parse, [.. events], ContractsJson.Default.ListAuditEvent, events.Select(one => $"{one.Action} {one.Target}"), () => Rows(events), "No changes in that time.");
        return ExitCodes.Done;
    }

    private static Table Rows(IEnumerable<AuditEvent> events)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("at", "user", "action", "target", "status");

        foreach (var one in events)
        {
            table.AddRow(
                one.At.ToString("u", CultureInfo.InvariantCulture),
                Markup.Escape(one.User),
                Markup.Escape(one.Action),
                Markup.Escape(one.Target),
                one.Status.ToString(CultureInfo.InvariantCulture));
        }

        return table;
    }
}
