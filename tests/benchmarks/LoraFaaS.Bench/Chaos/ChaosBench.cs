using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Cluster;
using LoraFaaS.TestKit.Platform;

namespace LoraFaaS.Bench.Chaos;

/// <summary>
/// The compose file's platform (two gateways, two controllers, two workers, Postgres, Redis) under load while its parts are killed, stopped, filled and half
/// connected: what failed, what was lost, what was wrong, and how long each fault was felt.
/// </summary>
internal sealed class ChaosBench(ReportWriter report, TimeSpan length, double share, int seed)
{
    private const int Callers = 8;
    private const double AsyncPerSecond = 5;
    private const int Shown = 10;
    private const int LongRunFailovers = 3;

    private static readonly string[] SyncFunctions = ["ticket-router", "sentiment", "en-fr"];
    private static readonly string[] AsyncFunctions = ["sql", "product-title"];
    private static readonly TimeSpan CapacityLength = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(2);

    /// <summary>The leader's death, and the wait for what was accepted: about.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan MeteringLimit = TimeSpan.FromMinutes(1);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Whether nothing was lost, wrong or counted twice, and no call failed that could have been answered.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        ReportWriter.Say("publishing and starting the platform");
        await using var cluster = new ComposeCluster();
        await cluster.StartAsync();
        await using var disk = Environment.IsPrivilegedProcess ? await WorkerDisk.UnderAsync(cluster.Workers[^1], cluster.FolderOf(cluster.Workers[^1])) : null;

        using var http = Client(new AuthenticationHeaderValue("Bearer", cluster.ApiKey));
        using var admin = Client(new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{cluster.Password}"))));
        using var probing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var doors = new Doors(cluster.Gateways);
        var probes = doors.ProbeAsync(probing.Token);

        var sync = new SyncLoad(http, doors, await QuestionsAsync(http, cluster.Gateways[0], SyncFunctions, cancellationToken), _clock);
        var enqueue = new AsyncLoad(http, admin, doors, await QuestionsAsync(http, cluster.Gateways[0], AsyncFunctions, cancellationToken));
        var capacity = await sync.CapacityAsync(Callers, CapacityLength, cancellationToken);
        report.Add(BenchRow.Limit($"capacity: {Callers} callers, no faults", capacity, "calls/s"));

        var before = MemoryHeld.Megabytes(Hosts(cluster));
        FaultKind[] kinds = [.. Enum.GetValues<FaultKind>().Where(kind => kind is not FaultKind.FillDisk || disk is not null)];
        var faults = FaultSchedule.Of(kinds, length, Calm, seed);
        RunningLine.Expect(length + Aftermath);
        ReportWriter.Say(string.Create(CultureInfo.InvariantCulture, $"{faults.Count} faults in {length.TotalSeconds:0} s at {capacity * share:0} calls/s{(disk is null ? "; no disk to fill here" : "")}"));

        var script = new FaultScript(cluster, disk, _clock);
        using var enqueuing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var handingIn = enqueue.RunAsync(AsyncPerSecond, enqueuing.Token);
        var memory = new MemoryWatch(() => Hosts(cluster));
        var parts = Parts(cluster).Select(part => (part.Name, Watch: new MemoryWatch(() => part.Hosts))).ToList();
        var watching = Task.WhenAll(parts.Select(part => part.Watch.RunAsync(enqueuing.Token)).Append(memory.RunAsync(enqueuing.Token)));
        await Task.WhenAll(sync.RunAsync(capacity * share, length, cancellationToken), script.RunAsync(faults, cancellationToken));
        await enqueuing.CancelAsync();
        await handingIn;
        await watching;

        ReportWriter.Say("killing the leader");
        List<TimeSpan> failovers = [];

        for (var i = 0; i < (length < LongRun ? 1 : LongRunFailovers); i++)
        {
            failovers.Add(await LeaderFailover.MeasureAsync(cluster, cancellationToken));
        }

        ReportWriter.Say($"waiting for the {enqueue.Accepted} calls that were accepted");
        var lost = await enqueue.LostAsync(cancellationToken);
        var after = MemoryHeld.Megabytes(Hosts(cluster));
        var counts = await SettledCountsAsync(cluster, sync, enqueue, cancellationToken);
        await probing.CancelAsync();
        await probes;

        return Report(sync, enqueue, script, lost, counts, failovers, new PlatformMemory(before, memory.Highest, after, memory.Trend, [.. parts.Select(part => (part.Name, part.Watch.Trend))]));
    }

    private bool Report(
        SyncLoad sync, AsyncLoad enqueue, FaultScript script, IReadOnlyList<string> lost, IReadOnlyDictionary<string, long> counts, IReadOnlyList<TimeSpan> failovers, PlatformMemory memory)
    {
        var answered = sync.Calls.Where(call => call.Failure is null).ToList();
        var wrong = sync.Calls.Where(call => call.WrongAnswer).ToList();
        var failed = sync.Calls.Where(call => call is { Failure: not null, WrongAnswer: false }).ToLookup(call => call.IsExcused(script.Done));

        var twice = answered.Select(call => call.Id).Concat(enqueue.AcceptedIds).Where(id => counts.GetValueOrDefault(id) > 1).ToList();
        var never = answered.Where(call => counts.GetValueOrDefault(call.Id) == 0).ToLookup(call => script.Done.Any(fault => fault.Kind is FaultKind.FillDisk && fault.Meets(call)));

        report.Add(BenchRow.Limit("synchronous calls answered", answered.Count, "calls"));
        report.Add(BenchRow.Limit("    failed", failed[false].Count(), "calls", 0));
        report.Add(BenchRow.Limit("    failed on connections of a killed gateway", failed[true].Count(), "calls"));
        report.Add(BenchRow.Limit("    answered after being told to come again", answered.Count(call => call.Refusals > 0), "calls"));
        report.Add(BenchRow.Limit("    not sent: too many waiting", sync.HeldBack, "calls"));
        report.Add(BenchRow.Limit("    wrong answers", wrong.Count, "calls", 0));
        report.Add(BenchRow.Limit("    answered and not metered", never[false].Count(), "calls", 0));
        report.Add(BenchRow.Limit("    the same while a disk was full", never[true].Count(), "calls", 0));
        report.Add(BenchRow.Limit("asynchronous calls accepted", enqueue.Accepted, "calls"));
        report.Add(BenchRow.Limit("    lost or wrong", lost.Count, "calls", 0));
        report.Add(BenchRow.Limit("calls of both kinds metered twice", twice.Count, "calls", 0));

        foreach (var kind in script.Done.GroupBy(fault => fault.Kind).OrderBy(group => group.Key))
        {
            report.Add(BenchRow.Limit(
                $"{kind.Key}: ready again, worst of {kind.Count()}", kind.Max(fault => fault.Recovery.TotalSeconds), "s"));
            report.Add(BenchRow.Limit(
                "    slowest answer meanwhile", kind.Max(fault => SlowestDuring(answered, fault)), "s"));
        }

        report.Add(BenchRow.Limit($"leader killed: the other's plan, median of {failovers.Count}", failovers.Order().ElementAt(failovers.Count / 2).TotalSeconds, "s"));
        report.Add(BenchRow.Limit("    worst", failovers.Max().TotalSeconds, "s"));
        report.Add(BenchRow.Limit("memory of the platform before the faults", memory.Before, "MB"));
        report.Add(BenchRow.Limit("    highest meanwhile", memory.Highest, "MB"));
        report.Add(BenchRow.Limit("    at the end", memory.After, "MB"));
        report.Add(BenchRow.Limit("    growth", memory.After - memory.Before, "MB"));
        report.Add(BenchRow.Limit("    trend over the run", memory.Trend, "MB/min"));

        foreach (var (hosts, trend) in memory.Parts)
        {
            report.Add(BenchRow.Limit($"        of the {hosts}", trend, "MB/min"));
        }

        Show("failed", failed[false].Select(call => $"{call.Id} at {call.Gateway}, {call.Begun.TotalSeconds:0.0}–{call.Ended.TotalSeconds:0.0} s: {call.Failure}"));
        Show("wrong", wrong.Select(call => $"{call.Id}: {call.Failure}"));
        Show("metered twice", twice);
        Show("lost", lost);
        return !failed[false].Any() && wrong.Count + twice.Count + never.Sum(calls => calls.Count()) + lost.Count == 0;
    }

    private static double SlowestDuring(IEnumerable<LoadedCall> answered, DoneFault fault) =>
        answered.Where(fault.Meets).Select(call => (call.Ended - call.Begun).TotalSeconds).DefaultIfEmpty(0).Max();

    private static void Show(string what, IEnumerable<string> lines)
    {
        foreach (var line in lines.Take(Shown))
        {
            ReportWriter.Say($"{what}: {line}");
        }
    }

    /// <summary>Workers hand their records in when a controller is there to take them: asked until all that is owed is there, or for long enough.</summary>
    private static async Task<IReadOnlyDictionary<string, long>> SettledCountsAsync(ComposeCluster cluster, SyncLoad sync, AsyncLoad enqueue, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        IReadOnlyDictionary<string, long> counts;

        do
        {
            counts = await Metering.CountsAsync(cluster.Database, cancellationToken);
        }
        while (sync.Calls.Where(call => call.Failure is null).Select(call => call.Id).Concat(enqueue.AcceptedIds).Any(id => !counts.ContainsKey(id)) && Stopwatch.GetElapsedTime(since) < MeteringLimit);

        return counts;
    }

    private static async Task<IReadOnlyList<Question>> QuestionsAsync(HttpClient http, ClusterHost gateway, string[] functions, CancellationToken cancellationToken)
    {
        List<Question> questions = [];

        foreach (var function in functions)
        {
            foreach (var (prompt, _) in DemoData.Cases(function).Take(5))
            {
                using var response = await http.PostAsync(new Uri(gateway.Url, $"function/{function}"), new StringContent(prompt), cancellationToken);
                response.EnsureSuccessStatusCode();
                questions.Add(new Question(function, prompt, await response.Content.ReadAsStringAsync(cancellationToken)));
            }
        }

        return questions;
    }

    private static IEnumerable<ClusterHost> Hosts(ComposeCluster cluster) => Parts(cluster).SelectMany(part => part.Hosts);

    private static (string Name, IReadOnlyList<ClusterHost> Hosts)[] Parts(ComposeCluster cluster) =>
        [("gateways", cluster.Gateways), ("controllers", cluster.Controllers), ("workers and what they start", cluster.Workers)];

    private static HttpClient Client(AuthenticationHeaderValue authorization) => new()
    {
        Timeout = TimeSpan.FromMinutes(2),
        DefaultRequestHeaders = { Authorization = authorization },
    };
}
