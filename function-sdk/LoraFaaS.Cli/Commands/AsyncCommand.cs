using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas async status CALL-ID | cancel CALL-ID | dead | replay CALL-ID… [--all]</c>.</summary>
internal static class AsyncCommand
{
    private static readonly Argument<string> CallIdArgument = new("call-id") { Description = "The X-Call-Id of the call" };
    private static readonly Argument<string[]> CallIds = new("call-ids") { Description = "Dead calls to try again", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<bool> All = new("--all") { Description = "Every dead call that is listed" };
    private static readonly Option<int> Limit = new("--limit") { Description = "Most calls listed", DefaultValueFactory = _ => 100 };

    public static Command Create()
    {
        var status = new Command("status", "Show what became of an asynchronous call; its answer goes to standard output") { CallIdArgument };
        status.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => StatusAsync(parse, stopping), cancellationToken));
        var dead = new Command("dead", "List the calls that were given up") { Limit };
        dead.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => DeadAsync(parse, stopping), cancellationToken));
        var replay = new Command("replay", "Try dead calls again") { CallIds, All };
        replay.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => ReplayAsync(parse, stopping), cancellationToken));
        var cancel = new Command("cancel", "End a call that waits or runs") { CallIdArgument };
        cancel.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => CancelAsync(parse, stopping), cancellationToken));
        return new Command("async", "Asynchronous calls") { status, cancel, dead, replay };
    }

    private static async Task<int> StatusAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var id = new CallId(parse.GetRequiredValue(CallIdArgument));

        if (await client.Async.FindAsync(id, cancellationToken) is not { } call)
        {
            CommandRunner.Errors.MarkupLineInterpolated($"[red]error:[/] the call {id} is not known, or has been over for too long");
            return ExitCodes.Failed;
        }

        if (OutputOptions.FormOf(parse) is OutputForm.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(call, ContractsJson.Default.AsyncCallInfo));
            return ExitCodes.Done;
        }

        var status = call.Status is { } code ? string.Create(CultureInfo.InvariantCulture, $", status {code}") : "";
        CommandRunner.Errors.MarkupLineInterpolated($"[grey]{call.Function}.{call.Namespace}: {call.State}{status}, {call.Attempts} {(call.Attempts == 1 ? "try" : "tries")}[/]");

        if (call.Error is { } error)
        {
            CommandRunner.Errors.MarkupLineInterpolated($"[yellow]![/] {error}");
        }

        // An answer that is no text leaves as the bytes it is.
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(call.BodyBase64 is { } bytes ? Convert.FromBase64String(bytes) : Encoding.UTF8.GetBytes(call.Body ?? ""), cancellationToken);
        return ExitCodes.Done;
    }

    private static async Task<int> CancelAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var id = new CallId(parse.GetRequiredValue(CallIdArgument));
        await client.Async.CancelAsync(id, cancellationToken);
        Printer.Changed(parse, id.Value, "cancelled");
        return ExitCodes.Done;
    }

    private static async Task<int> DeadAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var dead = await client.Async.DeadAsync(parse.GetValue(Limit), cancellationToken);
        Printer.Print(parse, [.. dead], ContractsJson.Default.ListAsyncCallInfo, dead.Select(call => call.CallId), () => Rows(dead), "No dead letters: no call was given up.");
        return ExitCodes.Done;
    }

    private static Table Rows(IEnumerable<AsyncCallInfo> dead)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("call", "function", "since", "status", "why");

        foreach (var call in dead)
        {
            table.AddRow(Row(call));
        }

        return table;
    }

    private static async Task<int> ReplayAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var ids = (parse.GetValue(CallIds) ?? []).Select(id => new CallId(id)).ToList();

        if (parse.GetValue(All))
        {
            ids.AddRange((await client.Async.DeadAsync(1_000, cancellationToken)).Select(call => new CallId(call.CallId)));
        }
        else if (ids.Count == 0)
        {
            throw new UsageException("Name the calls to replay, or --all.");
        }

        foreach (var id in ids.Distinct())
        {
            await client.Async.ReplayAsync(id, cancellationToken);
            Console.WriteLine(id.Value);
        }

        return ExitCodes.Done;
    }

    private static string[] Row(AsyncCallInfo call) =>
    [
        Markup.Escape(call.CallId),
        Markup.Escape($"{call.Function}.{call.Namespace}"),
        call.FinishedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "",
        call.Status?.ToString(CultureInfo.InvariantCulture) ?? "",
        Markup.Escape(call.Error ?? ""),
    ];
}
