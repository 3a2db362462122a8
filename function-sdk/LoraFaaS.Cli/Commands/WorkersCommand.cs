using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Completion;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Client;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas workers</c>: what each worker is, holds and cannot enforce; <c>workers drain|resume WORKER</c>.</summary>
internal static class WorkersCommand
{
    private static readonly Option<bool> Artifacts = new("--artifacts") { Description = "Every artifact: its tier, bytes, since when it is there and why" };

    private static readonly Argument<string> Worker = CreateWorker();

    private static readonly string[] PrefixTiers = ["device", "host", "disk"];

    public static Command Create()
    {
        var drain = new Command("drain", "Let a worker finish what it runs and take nothing new, until it is resumed or started again") { Worker };
        drain.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => TellAsync(parse, "draining", (client, worker) => client.Platform.DrainAsync(worker, stopping)), cancellationToken));
        var resume = new Command("resume", "Let a drained worker take calls again") { Worker };
        resume.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => TellAsync(parse, "resumed", (client, worker) => client.Platform.ResumeAsync(worker, stopping)), cancellationToken));
        var command = new Command("workers", "List workers and what they hold; drain and resume them") { Artifacts, drain, resume };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static Argument<string> CreateWorker()
    {
        var worker = new Argument<string>("worker") { Description = "Its name, as listed" };
        worker.CompletionSources.Add(WorkerNames.Complete);
        return worker;
    }

    private static async Task<int> TellAsync(ParseResult parse, string done, Func<LoraFaaSClient, WorkerId, Task> tell)
    {
        var worker = parse.GetValue(Worker)!;
        using var client = ConnectionOptions.Resolve(parse).Connect();
        await tell(client, new WorkerId(worker));
        Printer.Changed(parse, worker, done);
        return ExitCodes.Done;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var workers = await client.Platform.WorkersAsync(cancellationToken);
        Printer.Print(parse, workers, ContractsJson.Default.IReadOnlyListWorkerInfo, workers.Select(worker => worker.Id), () => Rows(workers), "No workers; one that starts and reaches the controller appears here.");

        if (parse.GetValue(Artifacts) && OutputOptions.FormOf(parse) is OutputForm.Table)
        {
            WriteArtifacts(workers);
        }

        return ExitCodes.Done;
    }

    internal static string StateOf(WorkerInfo worker) => string.Join(
        '\n', [worker.State, .. worker.Loading.Select(loading => string.Create(
            CultureInfo.InvariantCulture, $"loading {loading.Backbone}: {loading.BytesDone * 100 / Math.Max(1, loading.BytesTotal)} % of {new ByteSize(loading.BytesTotal)}"))]);

    private static Table Rows(IEnumerable<WorkerInfo> workers)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("worker", "state", "device", "memory", "sandboxes", "running", "queued", "adapters on device", "prompt prefixes");

        foreach (var worker in workers)
        {
            table.AddRow(
                Markup.Escape(worker.Id),
                Markup.Escape(StateOf(worker)),
                Markup.Escape(worker.Device),
                $"{new ByteSize(worker.DeviceBytesUsed)} of {new ByteSize(worker.DeviceBytes)}",
                worker.Sandboxes.ToString(CultureInfo.InvariantCulture),
                worker.Running.ToString(CultureInfo.InvariantCulture),
                worker.Queued.ToString(CultureInfo.InvariantCulture),
                worker.Resident.Count(resident => resident.Kind == "adapter" && resident.Tier == "device").ToString(CultureInfo.InvariantCulture),
                Markup.Escape(PrefixesOf(worker)));

            foreach (var measure in worker.NotEnforced)
            {
                CommandRunner.Errors.MarkupLineInterpolated($"[yellow]![/] {worker.Id}: not enforced: {measure}");
            }
        }

        return table;
    }

    /// <summary>A line a trust domain: how many are where, and their bytes.</summary>
    internal static string PrefixesOf(WorkerInfo worker) => string.Join('\n', worker.Resident.Where(resident => resident.Kind == "prefix")
        .GroupBy(resident => resident.TrustDomain ?? "")
        .OrderBy(domain => domain.Key, StringComparer.Ordinal)
        .Select(domain => $"{domain.Key}: {string.Join(", ", PrefixTiers.Select(tier => (tier, Held: domain.Where(resident => resident.Tier == tier).ToList())).Where(at => at.Held.Count > 0)
            .Select(at => string.Create(CultureInfo.InvariantCulture, $"{at.Held.Count} {at.tier} ({new ByteSize(at.Held.Sum(resident => resident.Bytes))})")))}"));

    private static void WriteArtifacts(IEnumerable<WorkerInfo> workers)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("worker", "artifact", "name", "tier", "bytes", "of", "for", "idle", "why");

        foreach (var (worker, artifact) in workers.SelectMany(worker => worker.Resident.Select(artifact => (worker, artifact))))
        {
            table.AddRow(
                Markup.Escape(worker.Id),
                Markup.Escape(artifact.Kind),
                Markup.Escape(artifact.Function ?? Short(artifact.Digest)),
                Markup.Escape(TierOf(artifact)),
                new ByteSize(artifact.Bytes).ToString(),
                Markup.Escape(artifact.TrustDomain ?? "all"),
                Time(artifact.AgeSeconds),
                artifact.TrustDomain is null ? "" : Time(artifact.IdleSeconds),
                Markup.Escape(artifact.Reason));
        }

        Terminal.Output.Write(table);
    }

    internal static string TierOf(ResidentArtifact artifact) => artifact.Opening ? $"{artifact.Tier}, opening" : artifact.Tier;

    private static string Short(string digest) => digest.Length > 19 ? digest[7..19] : digest;

    private static string Time(double seconds) => seconds switch
    {
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 7_200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3_600:0} h"),
    };
}
