using System.Diagnostics;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Cluster;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Platform;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Chaos;

/// <summary>Makes the planned faults happen, and mends each as an orchestrator would: what was killed is started again, what was stopped goes on.</summary>
internal sealed class FaultScript(ComposeCluster cluster, SmallDisk? disk, Stopwatch clock)
{
    private const string Program = "LoraFaaS.Sandbox";

    private static readonly TimeSpan Stopped = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly List<DoneFault> _done = [];

    public IReadOnlyList<DoneFault> Done => _done;

    public async Task RunAsync(IReadOnlyList<PlannedFault> faults, CancellationToken cancellationToken)
    {
        var begun = clock.Elapsed;

        foreach (var fault in faults)
        {
            var wait = begun + fault.At - clock.Elapsed;

            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, TimeProvider.System, cancellationToken);
            }

            var from = clock.Elapsed;
            var (victim, gateway) = await StrikeAsync(fault, cancellationToken);
            _done.Add(new DoneFault(fault.Kind, victim, from, clock.Elapsed, gateway));
            ReportWriter.Say($"{(from - begun).TotalSeconds:0} s: {fault.Kind} {victim}, ready again after {(clock.Elapsed - from).TotalSeconds:0.0} s");
        }
    }

    private async Task<(string Victim, string? Gateway)> StrikeAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var (controller, worker, gateway) = (cluster.Controllers[fault.Victim], cluster.Workers[fault.Victim], cluster.Gateways[fault.Victim]);

        switch (fault.Kind)
        {
            case FaultKind.KillSandbox:
                return (await KillSandboxAsync(worker, cancellationToken), null);
            case FaultKind.KillWorker:
                return (await KillAsync(worker, cancellationToken), null);
            case FaultKind.KillController:
                return (await KillAsync(controller, cancellationToken), null);
            case FaultKind.KillGateway:
                return (await KillAsync(gateway, cancellationToken), gateway.Name);
            case FaultKind.KillRedis:
                await cluster.Redis.CrashAsync();
                await Task.Delay(RestartDelay, TimeProvider.System, cancellationToken);
                await cluster.Redis.StartAgainAsync();
                return ("redis", null);
            case FaultKind.KillPostgres:
                await cluster.Postgres.KillAsync();
                await Task.Delay(RestartDelay, TimeProvider.System, cancellationToken);
                await cluster.Postgres.StartAgainAsync();
                return ("postgres", null);
            case FaultKind.PauseSandbox:
                ProcessGroup.Freeze(worker.Process.Id, Program);
                await Task.Delay(Stopped, TimeProvider.System, cancellationToken);
                ProcessGroup.Thaw(worker.Process.Id, Program);
                return ($"sandboxes of {worker.Name}", null);
            case FaultKind.PauseRedis:
                cluster.Redis.Freeze();
                await Task.Delay(Stopped, TimeProvider.System, cancellationToken);
                cluster.Redis.Thaw();
                return ("redis", null);
            case FaultKind.PausePostgres:
                cluster.Postgres.Freeze();
                await Task.Delay(Stopped, TimeProvider.System, cancellationToken);
                cluster.Postgres.Thaw();
                return ("postgres", null);
            case FaultKind.PauseWorker:
                return (await PauseAsync(worker, cancellationToken), null);
            case FaultKind.PauseController:
                return (await PauseAsync(controller, cancellationToken), null);
            case FaultKind.PauseGateway:
                return (await PauseAsync(gateway, cancellationToken), null);
            case FaultKind.FillDisk:
                disk!.Fill();
                await Task.Delay(Held, TimeProvider.System, cancellationToken);
                disk.Empty();
                return (cluster.Workers[^1].Name, null);
            case FaultKind.HalfOpenSockets:
                using (var callers = new HalfOpenCallers())
                {
                    await callers.OpenAsync(gateway.Url, cluster.ApiKey, "sentiment", cancellationToken);
                    await Task.Delay(Held, TimeProvider.System, cancellationToken);
                    return (gateway.Name, null);
                }

            default:
                throw new UnreachableException();
        }
    }

    private static async Task<string> KillAsync(ClusterHost host, CancellationToken cancellationToken)
    {
        host.Kill();
        await Task.Delay(RestartDelay, TimeProvider.System, cancellationToken);
        await host.ReviveAsync();
        return host.Name;
    }

    private static async Task<string> PauseAsync(ClusterHost host, CancellationToken cancellationToken)
    {
        host.Process.Freeze();
        await Task.Delay(Stopped, TimeProvider.System, cancellationToken);
        host.Process.Thaw();
        await Patience.UntilAsync(_ => host.IsReadyAsync(), Patience.StartLimit, $"{host.Name} is ready");
        return host.Name;
    }

    /// <summary>The one that is busiest with functions: any with an engine's program. Its worker starts another when it is called for.</summary>
    private static async Task<string> KillSandboxAsync(ClusterHost worker, CancellationToken cancellationToken)
    {
        var killed = ProcessTree.DescendantsOf(worker.Process.Id, Program);
        ProcessGroup.Kill(killed);

        // Its worker starts others by itself.
        await Patience.UntilAsync(
            stop => Task.FromResult(ProcessTree.DescendantsOf(worker.Process.Id, Program).Except(killed).Any() || stop.IsCancellationRequested), Patience.StartLimit, $"{worker.Name} has a sandbox");
        cancellationToken.ThrowIfCancellationRequested();
        return $"sandboxes of {worker.Name}";
    }
}
