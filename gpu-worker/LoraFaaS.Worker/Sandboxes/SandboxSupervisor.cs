using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>One sandbox for each trust domain and backbone that somebody uses, stopped when idle or when its device bytes are needed.</summary>
internal sealed partial class SandboxSupervisor : ProcessSupervisor<SandboxKey, ResidentSandbox>, IDeviceTenants
{
    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(1);

    private readonly SandboxOpener _opener;
    private readonly BackboneStore _backbones;
    private readonly DeviceRoom _room;
    private readonly ResidencyChanges _changes;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SandboxSupervisor> _logger;

    public SandboxSupervisor(
        SandboxOpener opener, BackboneStore backbones, DeviceRoom room, BackboneRoom backboneRoom, ResidencyChanges changes,
        IOptions<WorkerOptions> options, TimeProvider time, ILogger<SandboxSupervisor> logger)
        : base(time)
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
    }

    public bool IsResident(SandboxKey key) => Find(key) is not null;

    /// <summary>Sandboxes on their way, and whether each has its process; each is <see cref="ProcessSupervisor{TKey, TProcess}.Resident"/> before it is off this list.</summary>
    public IReadOnlyDictionary<SandboxKey, bool> Opening() => Starting.ToDictionary(key => key, _opener.HasProcess);

    /// <param name="key">Whose it is, and on which backbone.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="urgency">Of one that has to be started.</param>
    /// <param name="adapter">Bytes that it will be asked to load at once: one that has to be started is leased room for them, where there is so much.</param>
    public async Task<Loading<SandboxUse>> UseAsync(SandboxKey key, CancellationToken cancellationToken, Urgency urgency = Urgency.Live, ByteSize adapter = default) =>
        await TryUseAsync(key, token => StartAsync(key, adapter, token), urgency, cancellationToken) switch
        {
            (Loading<ResidentSandbox>.Ready ready, var wasThere) => new Loading<SandboxUse>.Ready(new SandboxUse(ready.Value, wasThere)),
            (Loading<ResidentSandbox>.Failed failed, _) => new Loading<SandboxUse>.Failed(failed.Problem),
            _ => new Loading<SandboxUse>.Failed(new Problem(ErrorCode.SandboxLost, $"{MaxStarts} sandboxes of {key} ended before they could be used.")),
        };

    /// <summary>Stops every sandbox of a backbone that was taken away, running sequences included.</summary>
    public async Task RetireAsync(Digest backbone)
    {
        foreach (var sandbox in Resident.Where(sandbox => sandbox.Key.Backbone == backbone))
        {
            await StopAsync(sandbox, evenInUse: true);
        }
    }

    /// <summary>False: somebody uses it. One that is not there is already where it ought to be.</summary>
    public async Task<bool> TryStopAsync(SandboxKey key) => Find(key) is not { } sandbox || await StopAsync(sandbox, evenInUse: false);

    public Task<bool> TryStopAsync(ResidentSandbox sandbox) => StopAsync(sandbox, evenInUse: false);

    protected override bool IsDue(ResidentSandbox process) => process.Uses.IdleFor > _options.SandboxIdle;

    protected override void Idled(ResidentSandbox process) => LogIdle(process.Id, process.Key);

    protected override void Killed(ResidentSandbox process) => LogKilled(process.Id, StopLimit);

    private async Task<Loading<ResidentSandbox>> StartAsync(SandboxKey key, ByteSize adapter, CancellationToken cancellationToken)
    {
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
                    return await OpenAsync(key, adapter, ready.Value, hold, tier, _time.GetElapsedTime(begun), cancellationToken);
            }
        }
    }

    private async Task<Loading<ResidentSandbox>> OpenAsync(
        SandboxKey key, ByteSize adapter, PackedBackbone backbone, IDisposable hold, StorageTier tier, TimeSpan packing, CancellationToken cancellationToken)
    {
        var isOpen = false;

        try
        {
            var opening = await OpenLeasedAsync(key, adapter, backbone, cancellationToken);

            if (opening is not Loading<ResidentSandbox>.Ready ready)
            {
                return opening;
            }

            (ready.Value.BackboneTier, ready.Value.PackTime) = (tier, packing);
            Add(ready.Value, () => EndAsync(ready.Value, hold));
            isOpen = true;
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

    private async Task<Loading<ResidentSandbox>> OpenLeasedAsync(SandboxKey key, ByteSize adapter, PackedBackbone backbone, CancellationToken cancellationToken) =>
        await LeaseAsync(key, FirstLease(adapter), cancellationToken) is LeaseOutcome.Granted granted
            ? await _opener.OpenAsync(key, backbone, granted.Lease, cancellationToken)
            : new Loading<ResidentSandbox>.Failed(new Problem(
                ErrorCode.NoCapacity, $"The device's memory is in use; nothing may leave it for a sandbox of {key}.", RetryAfter: FullRetry));

    /// <summary>With an extent for keys and values beside the adapter.</summary>
    private ByteSize FirstLease(ByteSize adapter)
    {
        var wanted = adapter.Bytes == 0 ? 0 : SandboxLease.WholeExtents(Math.Min(adapter.Bytes, _options.SandboxBytes.Bytes)) + SandboxLease.ExtentBytes;
        return new ByteSize(Math.Clamp(wanted, _options.FirstLeaseBytes.Bytes, _options.SandboxBytes.Bytes));
    }

    /// <summary>One that was killed holds its bytes until the kernel has reaped it: where they are what is missing, its successor waits for them.</summary>
    private async Task<LeaseOutcome> LeaseAsync(SandboxKey key, ByteSize size, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Looked at first: one that lets go just after the refusal is among them.
            var ending = Ending;
            var outcome = await _room.LeaseAsync($"sandbox {key}", key.TrustDomain, size, cancellationToken);

            // It asks for what its adapter lacks once it is there, and may find room by then.
            if (outcome is LeaseOutcome.Refused && size > _options.FirstLeaseBytes)
            {
                outcome = await _room.LeaseAsync($"sandbox {key}", key.TrustDomain, _options.FirstLeaseBytes, cancellationToken);
            }

            if (outcome is LeaseOutcome.Granted || ending.Count == 0)
            {
                return outcome;
            }

            await Task.WhenAll(ending).WaitAsync(cancellationToken);
        }
    }

    /// <summary>However it ended: its bytes are free, and so is its hold of the backbone.</summary>
    private async Task EndAsync(ResidentSandbox sandbox, IDisposable hold)
    {
        await sandbox.DisposeAsync();
        hold.Dispose();
        LogEnded(sandbox.Id, sandbox.Key);
        _changes.Ring();
    }
}
