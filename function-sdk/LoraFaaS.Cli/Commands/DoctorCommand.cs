using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Diagnosis;
using LoraFaaS.Cli.Output;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas doctor</c>: what this machine has for the platform, what is missing, and what that means.</summary>
internal static class DoctorCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "The port that `up` would take", DefaultValueFactory = _ => 8080 };
    private static readonly Option<string?> Data = new("--data") { Description = "The data folder (default: the user's data folder, lorafaas/)" };
    private static readonly Option<string?> Postgres = new("--postgres") { Description = "The Postgres connection string that `up` would be given" };
    private static readonly Option<string?> Redis = new("--redis") { Description = "The Redis address, HOST:PORT, that `up` would be given" };

    public static Command Create()
    {
        var command = new Command("doctor", "Say what is there for the platform, what is missing and what it means") { Port, Data, Postgres, Redis };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var connection = ConnectionOptions.Resolve(parse);
        using var client = connection.Connect();
        var platform = await PlatformFindings.AllAsync(client, connection.Gateway, cancellationToken);
        var port = parse.GetValue(Port);
        var running = connection.Gateway.Port == port && platform[0].State is FindingState.Good;

        List<Finding> findings =
        [
            .. MachineFindings.All(parse.GetValue(Data) ?? UpCommand.DefaultDataFolder),
            ServerFindings.Port("127.0.0.1", port, running),
            await ServerFindings.PostgresAsync(parse.GetValue(Postgres), cancellationToken),
            await ServerFindings.RedisAsync(parse.GetValue(Redis), cancellationToken),
            .. platform,
        ];

        var missing = findings.Where(finding => finding.State is FindingState.Missing);
        Printer.Print(parse, findings, CliJson.Default.ListFinding, missing.Select(finding => finding.Subject), () => Rows(findings));
        return missing.Any() ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static Table Rows(IEnumerable<Finding> findings)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "");

        foreach (var finding in findings)
        {
            var mark = finding.State switch
            {
                FindingState.Good => "[green]✓[/]",
                FindingState.Limited => "[yellow]![/]",
                FindingState.Missing => "[red]✗[/]",
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            var meaning = finding.Meaning.Length > 0 ? $"\n[grey]{Markup.Escape(finding.Meaning)}[/]" : "";
            table.AddRow(mark, Markup.Escape(finding.Subject), Markup.Escape(finding.Found) + meaning);
        }

        return table;
    }
}
