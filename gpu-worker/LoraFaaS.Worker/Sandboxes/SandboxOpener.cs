using System.Collections.Concurrent;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Turns;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>Turns a sandbox process into one trust domain's: leases its device memory, gives it its first frame and the backbone's descriptor.</summary>
internal sealed partial class SandboxOpener(
    SandboxSpawner spawner,
    NextBackbone next,
    AdapterHostCache host,
    PrefixTiers prefixes,
    DeviceRoom room,
    TierCosts costs,
    ResidencyChanges changes,
    TurnArbiter turns,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<SandboxOpener> logger)
{
    /// <summary>Processes that may end before they are anybody's: one is bad luck, as many as this are a program that does not work.</summary>
    private const int MaxProcesses = 3;

    private readonly WorkerOptions _options = options.Value;
    private readonly ConcurrentDictionary<SandboxKey, Contracts.Identity.SandboxId> _processes = [];

    /// <summary>It is being opened and has its process: none of the blanks that wait is meant for it any more.</summary>
    public bool HasProcess(SandboxKey key) => _processes.ContainsKey(key);

    /// <summary>
    /// A process that is killed while it waits, or while it is being opened, has answered nobody yet: another takes its place. The lease is
    /// given back when no sandbox comes of it.
    /// </summary>
    public async Task<Loading<ResidentSandbox>> OpenAsync(
        SandboxKey key, PackedBackbone backbone, MemoryLease lease, CancellationToken cancellationToken)
    {
        var isOpen = false;

        try
        {
            for (var processes = 1; ; processes++)
            {
                var (opening, endedEarly) = await TryOpenAsync(key, backbone, lease, cancellationToken);
                isOpen = opening is Loading<ResidentSandbox>.Ready;

                if (processes == MaxProcesses || !endedEarly)
                {
                    return opening;
                }

                LogEndedEarly(key);
            }
        }
        finally
        {
            _processes.TryRemove(key, out _);

            if (!isOpen)
            {
                lease.Dispose();
            }
        }
    }

    private async Task<(Loading<ResidentSandbox> Opening, bool EndedEarly)> TryOpenAsync(
        SandboxKey key, PackedBackbone backbone, MemoryLease lease, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        SandboxProcess? process = null;
        SandboxChannel? channel = null;

        try
        {
            process = await spawner.TakeAsync(cancellationToken);
            _processes[key] = process.Id;
            channel = new SandboxChannel(process.Id, process.Stream, time, logger) { Owner = key.ToString() };

            var opening = channel.OpenAsync(Frame(key, backbone, lease, process.Prepared), backbone.Segment, cancellationToken);

            // Behind the first frame and not behind its answer: its pages are mapped while the answer is on its way.
            await channel.JoinAsync(turns, key.TrustDomain.Owner, cancellationToken);

            switch (await opening.WaitAsync(_options.SandboxStart, time, cancellationToken))
            {
                case SandboxReply<Ready>.Done done:
                    // From here on nothing of its start is left to do, and what it is refused is worth a line with its name.
                    process.BelongTo(key, channel);
                    process.EndPreparation();
                    Expect(backbone);
                    spawner.Expect(lease.Size);
                    var times = Times(time.GetElapsedTime(begun), done.Value);
                    costs.Observe(ClimbStep.SandboxStart, lease.Size, times.Start + times.Map + times.Kernels);
                    LogOpened(process.Id, key, process.ProcessId, done.Value.Kernels, times.Start.TotalMilliseconds, times.Map.TotalMilliseconds);
                    var pulse = new SandboxPulse(key, process, channel, _options, time, logger);
                    var around = new SandboxSurroundings(host, prefixes, room, costs, changes, time);
                    return (new Loading<ResidentSandbox>.Ready(
                        new ResidentSandbox(key, process, channel, lease, new SandboxMemoryLimit(key, process, logger), done.Value.PageBytes, times, pulse, around) { BackboneBytes = backbone.Segment.Length }), false);
                case SandboxReply<Ready>.Refused refused:
                    return (await FailAsync(process, channel, refused.Problem), false);
                case SandboxReply<Ready>.Lost:
                    return (await FailAsync(process, channel, new Problem(ErrorCode.SandboxLost, "The sandbox ended while it was being opened.")), true);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        catch (SandboxStartException failure)
        {
            LogNotStarted(failure, key);
            return (await FailAsync(process, channel, new Problem(ErrorCode.ActivationFailed, failure.Message)), failure.IsEarlyEnd);
        }
        catch (TimeoutException)
        {
            return (await FailAsync(process, channel, new Problem(ErrorCode.ActivationFailed, $"The sandbox was not ready within {_options.SandboxStart}.")), false);
        }
        catch
        {
            await FailAsync(process, channel, new Problem(ErrorCode.Internal, ""));
            throw;
        }
    }

    /// <summary>A copy that one sandbox has for itself is nobody else's next.</summary>
    private void Expect(PackedBackbone backbone)
    {
        if (_options.ShareBackbone)
        {
            next.Expect(backbone);
        }
    }

    private static async Task<Loading<ResidentSandbox>> FailAsync(SandboxProcess? process, SandboxChannel? channel, Problem problem)
    {
        if (channel is not null)
        {
            await channel.DisposeAsync();
        }

        if (process is not null)
        {
            await process.DisposeAsync();
        }

        return new Loading<ResidentSandbox>.Failed(problem);
    }

    private static SandboxTimes Times(TimeSpan all, Ready ready)
    {
        var map = TimeSpan.FromMilliseconds(ready.MapMs);
        var kernels = TimeSpan.FromMilliseconds(ready.KernelsMs);
        var rest = all - map - kernels;
        return new SandboxTimes(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, map, kernels);
    }

    /// <summary>A process that is prepared for the backbone has its text side.</summary>
    private Open Frame(SandboxKey key, PackedBackbone backbone, MemoryLease lease, Contracts.Identity.Digest? prepared)
    {
        var open = OpeningFrame.For(key.Backbone, lease.Size, _options);
        open.TrustDomain = key.TrustDomain.Value;

        if (prepared == key.Backbone)
        {
            return open;
        }

        foreach (var (name, content) in backbone.TextFiles)
        {
            open.TextFiles.Add(name, content);
        }

        return open;
    }

    [LoggerMessage(3231, LogLevel.Information, "Sandbox {Sandbox} is {Key}, process {ProcessId}, kernels {Kernels}, started in {StartMs:0.0} ms, backbone mapped in {MapMs:0.0} ms")]
    private partial void LogOpened(Contracts.Identity.SandboxId sandbox, SandboxKey key, int processId, string kernels, double startMs, double mapMs);

    [LoggerMessage(3232, LogLevel.Error, "No sandbox for {Key} could be started")]
    private partial void LogNotStarted(Exception exception, SandboxKey key);

    [LoggerMessage(3233, LogLevel.Warning, "A process ended before it was the sandbox of {Key}; another takes its place")]
    private partial void LogEndedEarly(SandboxKey key);
}
