using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// One sandbox for each trust domain and backbone that somebody uses: started once however many ask, watched until it ends, stopped when
/// idle or when its device bytes are needed. One that dies takes nobody with it; the next use starts another.
/// </summary>
internal sealed partial class SandboxSupervisor : BackgroundService, IDeviceTenants
{
    /// <summary>One that has just been opened may be retired or die before its use; one after the other does so only where something kills them.</summary>
    private const int MaxStarts = 3;

    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly SandboxOpener _opener;
    private readonly BackboneStore _backbones;
    private readonly DeviceRoom _room;
    private readonly ResidencyChanges _changes;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SandboxSupervisor> _logger;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<SandboxKey, Loading<ResidentSandbox>> _starts;
    private readonly Lock _gate = new();
    private readonly Dictionary<SandboxKey, ResidentSandbox> _resident = [];
    private readonly HashSet<Task> _lives = [];

    public SandboxSupervisor(
        SandboxOpener opener, BackboneStore backbones, DeviceRoom room, BackboneRoom backboneRoom, ResidencyChanges changes,
        IOptions<WorkerOptions> options, TimeProvider time, ILogger<SandboxSupervisor> logger)
    {
        _opener = opener;
        _backbones = backbones;
        _room = room;
        _room.Serve(this);
        backboneRoom.Serve(backbones, this);
        _changes = changes;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _starts = new SingleFlight<SandboxKey, Loading<ResidentSandbox>>(_lifetime.Token);
    }

    public IReadOnlyList<ResidentSandbox> Resident
    {
        get
        {
            lock (_gate)
            {
                return [.. _resident.Values];
            }
        }
    }

    public bool IsResident(SandboxKey key)
    {
        lock (_gate)
        {
            return _resident.ContainsKey(key);
        }
    }

    public async Task<Loading<SandboxUse>> UseAsync(SandboxKey key, CancellationToken cancellationToken, Urgency urgency = Urgency.Live)
    {
        for (var starts = 0; ; starts++)
        {
            if (TryUse(key, wasWarm: starts == 0) is { } use)
            {
                return new Loading<SandboxUse>.Ready(use);
            }

            if (starts == MaxStarts)
            {
                return new Loading<SandboxUse>.Failed(new Problem(ErrorCode.SandboxLost, $"{MaxStarts} sandboxes of {key} ended before they could be used."));
            }

            if (await _starts.RunAsync(key, token => StartAsync(key, token), cancellationToken, urgency) is Loading<ResidentSandbox>.Failed failed)
            {
                return new Loading<SandboxUse>.Failed(failed.Problem);
            }
        }
    }

    /// <summary>Stops every sandbox of a backbone that was taken away, running sequences included.</summary>
    public async Task RetireAsync(Digest backbone)
    {
        foreach (var sandbox in Resident.Where(sandbox => sandbox.Key.Backbone == backbone))
        {
            await StopAsync(sandbox, evenInUse: true);
        }
    }

    /// <summary>False: somebody uses it. One that is not there is already where it ought to be.</summary>
    public async Task<bool> TryStopAsync(SandboxKey key)
    {
        ResidentSandbox? sandbox;

        lock (_gate)
        {
            sandbox = _resident.GetValueOrDefault(key);
        }

        return sandbox is null || await StopAsync(sandbox, evenInUse: false);
    }

    public Task<bool> TryStopAsync(ResidentSandbox sandbox) => StopAsync(sandbox, evenInUse: false);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _lifetime.CancelAsync();
        await Task.WhenAll(Resident.Select(sandbox => StopAsync(sandbox, evenInUse: true)));

        Task[] lives;

        lock (_gate)
        {
            lives = [.. _lives];
        }

        await Task.WhenAll(lives);
    }

    public override void Dispose()
    {
        _lifetime.Dispose();
        base.Dispose();
    }

    /// <summary>Stops sandboxes that nobody used for long.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Sweep, _time);

        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var sandbox in Resident.Where(sandbox => sandbox.IdleFor > _options.SandboxIdle))
                {
                    if (await StopAsync(sandbox, evenInUse: false))
                    {
                        LogIdle(sandbox.Id, sandbox.Key);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync stops the rest.
        }
    }

    private SandboxUse? TryUse(SandboxKey key, bool wasWarm)
    {
        lock (_gate)
        {
            return _resident.TryGetValue(key, out var sandbox) && sandbox.TryUse() ? new SandboxUse(sandbox, wasWarm) : null;
        }
    }

    private async Task<Loading<ResidentSandbox>> StartAsync(SandboxKey key, CancellationToken cancellationToken)
    {
        // Another flight may have landed meanwhile, or the one that is listed has just ended and is not yet taken off.
        lock (_gate)
        {
            if (_resident.TryGetValue(key, out var other))
            {
                if (!other.Closed.IsCompleted)
                {
                    return new Loading<ResidentSandbox>.Ready(other);
                }

                _resident.Remove(key);
            }
        }

        var begun = _time.GetTimestamp();
        var tier = _options.ShareBackbone && _backbones.Contains(key.Backbone) ? StorageTier.Host : StorageTier.Disk;

        while (true)
        {
            var loading = _options.ShareBackbone
                ? await _backbones.EnsureAsync(key.Backbone, Urgency.Ahead, cancellationToken, makesRoom: true)
                : await _backbones.LoadOwnAsync(key.Backbone, cancellationToken);

            switch (loading)
            {
                case Loading<PackedBackbone>.Failed failed:
                    return new Loading<ResidentSandbox>.Failed(failed.Problem);

                // A copy of its own goes with the sandbox; the shared one stays, and does not leave before it. One that is leaving is packed again.
                case Loading<PackedBackbone>.Ready ready when (_options.ShareBackbone ? ready.Value.TryHold() : ready.Value) is { } hold:
                    return await OpenAsync(key, ready.Value, hold, tier, _time.GetElapsedTime(begun), cancellationToken);
            }
        }
    }

    private async Task<Loading<ResidentSandbox>> OpenAsync(
        SandboxKey key, PackedBackbone backbone, IDisposable hold, StorageTier tier, TimeSpan packing, CancellationToken cancellationToken)
    {
        var isOpen = false;

        try
        {
            var opening = await OpenLeasedAsync(key, backbone, cancellationToken);

            if (opening is not Loading<ResidentSandbox>.Ready ready)
            {
                return opening;
            }

            lock (_gate)
            {
                (ready.Value.BackboneTier, ready.Value.PackTime) = (tier, packing);
                _resident[key] = ready.Value;
                _lives.RemoveWhere(life => life.IsCompleted);
                _lives.Add(WatchAsync(ready.Value, hold));
                isOpen = true;
            }

            _changes.Ring();
            return opening;
        }
        finally
        {
            if (!isOpen)
            {
                hold.Dispose();
            }
        }
    }

    private async Task<Loading<ResidentSandbox>> OpenLeasedAsync(SandboxKey key, PackedBackbone backbone, CancellationToken cancellationToken) =>
        await _room.LeaseAsync($"sandbox {key}", key.TrustDomain, _options.FirstLeaseBytes, cancellationToken) is LeaseOutcome.Granted granted
            ? await _opener.OpenAsync(key, backbone, granted.Lease, cancellationToken)
            : new Loading<ResidentSandbox>.Failed(new Problem(
                ErrorCode.NoCapacity, $"The device's memory is in use; nothing may leave it for a sandbox of {key}.", RetryAfter: FullRetry));

    /// <summary>From opened to gone: takes it off the list and gives its bytes back, however it ended.</summary>
    private async Task WatchAsync(ResidentSandbox sandbox, IDisposable hold)
    {
        await sandbox.Closed;

        lock (_gate)
        {
            if (_resident.GetValueOrDefault(sandbox.Key) == sandbox)
            {
                _resident.Remove(sandbox.Key);
            }
        }

        await sandbox.DisposeAsync();
        hold.Dispose();
        LogEnded(sandbox.Id, sandbox.Key);
        _changes.Ring();
    }

    /// <summary>True when it has ended and its bytes are free.</summary>
    private async Task<bool> StopAsync(ResidentSandbox sandbox, bool evenInUse)
    {
        if (!sandbox.TryRetire(evenInUse))
        {
            return false;
        }

        lock (_gate)
        {
            if (_resident.GetValueOrDefault(sandbox.Key) == sandbox)
            {
                _resident.Remove(sandbox.Key);
            }
        }

        using var limit = new CancellationTokenSource(StopLimit, _time);

        try
        {
            // One that reads nothing any more takes no drain either: the limit holds for both.
            await sandbox.DrainAsync(limit.Token);
            await sandbox.Closed.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            LogKilled(sandbox.Id, StopLimit);
        }

        await sandbox.DisposeAsync();
        return true;
    }
}
