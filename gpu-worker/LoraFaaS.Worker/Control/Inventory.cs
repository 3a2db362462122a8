using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Control;

/// <summary>
/// What is where on this worker: the truth that the controller plans with. One entry for each place an artifact is in, farthest tier
/// first, so that a reader who keeps the last entry of a digest keeps the nearest.
/// </summary>
internal sealed class Inventory(
    ArtifactCache disk,
    AdapterHostCache host,
    BackboneStore backbones,
    BackboneLoads loads,
    PrefixImages prefixes,
    PrefixDisk prefixFiles,
    SandboxSpawner spawner,
    SandboxSupervisor supervisor,
    ResidencyNotes notes,
    MemoryBooks books,
    TierCosts costs,
    InvocationCounts counts)
{
    /// <summary>What a blank is of: this program. Its kernels are in it.</summary>
    private static readonly Digest Program = Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes($"sandbox {typeof(Inventory).Assembly.ManifestModule.ModuleVersionId}"));

    private long _sequence;

    public WorkerHeartbeat Take()
    {
        // In this order: what opens is listed by its trust domain until it is resident, so that no plan gives up what is just being brought, and a blank that
        // one of them has not taken yet is no other's.
        var before = supervisor.Opening();
        var kept = spawner.Kept;
        var starting = supervisor.Opening();
        var sandboxes = supervisor.Resident;
        var opening = starting.Keys.Except(sandboxes.Select(sandbox => sandbox.Key)).ToList();
        var blanks = kept - opening.Count(key => !before.GetValueOrDefault(key));
        var beat = new WorkerHeartbeat
        {
            Sequence = Interlocked.Increment(ref _sequence),
            DeviceBytesUsed = books.Device.Used.Bytes,
            HostBytesUsed = books.Host.Used.Bytes,
            Running = counts.Running,
            Queued = counts.Queued,
            Sandboxes = sandboxes.Count,
            Draining = counts.IsDraining,
            Costs = Costs(),
        };

        var list = new List<(ResidencyNotes.Place Place, Resident Entry)>();
        AddShared(list, blanks);

        foreach (var sandbox in sandboxes)
        {
            Add(list, sandbox);
        }

        foreach (var key in opening)
        {
            AddOpening(list, key);
        }

        foreach (var ((_, entry), (age, reason)) in list.Zip(notes.See([.. list.Select(item => item.Place)])))
        {
            (entry.AgeMs, entry.Reason) = ((long)age.TotalMilliseconds, reason);
            beat.Resident.Add(entry);
        }

        beat.Loading.AddRange(loads.Running.Select(load => new BackboneLoading
        {
            Name = load.Backbone.Name,
            Digest = load.Backbone.Digest.Value,
            BytesDone = load.Done.Bytes,
            BytesTotal = load.Total.Bytes,
        }));
        return beat;
    }

    /// <summary>Only what was measured: a guess of ours is no better than the controller's.</summary>
    private StageCosts Costs()
    {
        var measured = new StageCosts();

        if (costs.MeasuredMs(ClimbStep.RemoteToDisk) is { } fetch)
        {
            measured.RemoteToDiskMsPerMib = fetch;
        }

        if (costs.MeasuredMs(ClimbStep.DiskToHost) is { } pack)
        {
            measured.DiskToHostMsPerMib = pack;
        }

        if (costs.MeasuredMs(ClimbStep.HostToDevice) is { } load)
        {
            measured.HostToDeviceMsPerMib = load;
        }

        if (costs.MeasuredMs(ClimbStep.SandboxStart) is { } start)
        {
            measured.SandboxMs = start;
        }

        if (costs.MeasuredMs(ClimbStep.BackbonePack) is { } backbone)
        {
            measured.BackboneMsPerMib = backbone;
        }

        if (costs.MeasuredMs(ClimbStep.PrefixCompute) is { } prefix)
        {
            measured.PrefixMsPerMib = prefix;
        }

        return measured;
    }

    private void AddShared(List<(ResidencyNotes.Place Place, Resident Entry)> list, int blanks)
    {
        foreach (var (digest, size, kind) in disk.Inventory)
        {
            list.Add(Entry(new ArtifactName(kind, digest.Value), digest, StorageTier.Disk, size));
        }

        foreach (var (digest, size) in host.Inventory)
        {
            list.Add(Entry(ArtifactName.Adapter(digest), digest, StorageTier.Host, size));
        }

        for (var blank = 1; blank <= blanks; blank++)
        {
            list.Add(Entry(new ArtifactName(ArtifactKind.Sandbox, $"blank {blank}"), Program, StorageTier.Host, ByteSize.Zero));
            list.Add(Entry(new ArtifactName(ArtifactKind.Kernels, $"blank {blank}"), Program, StorageTier.Host, ByteSize.Zero));
        }

        list.AddRange(prefixFiles.Inventory.Select(image => Prefix(image, StorageTier.Disk)));
        list.AddRange(prefixes.Inventory.Select(image => Prefix(image, StorageTier.Host)));

        foreach (var (digest, size) in backbones.Inventory)
        {
            list.Add(Entry(ArtifactName.Backbone(digest), digest, StorageTier.Host, size));
        }
    }

    /// <summary>It is to be counted on: with its backbone, and with no bytes yet that are its own.</summary>
    private static void AddOpening(List<(ResidencyNotes.Place Place, Resident Entry)> list, SandboxKey key)
    {
        foreach (var entry in Sandbox(key, ByteSize.Zero, TimeSpan.Zero))
        {
            entry.Entry.Opening = true;
            list.Add(entry);
        }
    }

    private static IReadOnlyList<(ResidencyNotes.Place Place, Resident Entry)> Sandbox(SandboxKey key, ByteSize leased, TimeSpan idle) =>
    [
        Entry(ArtifactName.Sandbox(key), key.Backbone, StorageTier.Device, leased, key.TrustDomain, idle),
        Entry(new ArtifactName(ArtifactKind.Kernels, key.ToString()), Program, StorageTier.Device, ByteSize.Zero, key.TrustDomain, idle),
        Entry(ArtifactName.Backbone(key.Backbone), key.Backbone, StorageTier.Device, ByteSize.Zero, key.TrustDomain, idle),
    ];

    private static void Add(List<(ResidencyNotes.Place Place, Resident Entry)> list, ResidentSandbox sandbox)
    {
        var (domain, backbone, idle) = (sandbox.Key.TrustDomain, sandbox.Key.Backbone, sandbox.Uses.IdleFor ?? TimeSpan.Zero);
        list.AddRange(Sandbox(sandbox.Key, sandbox.Leased, idle));

        foreach (var (digest, size) in sandbox.Adapters)
        {
            list.Add(Entry(ArtifactName.Adapter(digest), digest, StorageTier.Device, size, domain, idle));
        }

        foreach (var prefix in sandbox.Prefixes)
        {
            list.Add(Prefix(prefix.Function, prefix.Revision, Entry(
                ArtifactName.Prefix(prefix.Function, prefix.Revision), prefix.Adapter ?? backbone, StorageTier.Device, prefix.Size, domain, idle)));
        }
    }

    /// <summary>A copy outside the device is one trust domain's too, and is not used by anything until it is brought there.</summary>
    private static (ResidencyNotes.Place Place, Resident Entry) Prefix(PrefixImage image, StorageTier tier) => Prefix(image.Key.Function, image.Key.Revision, Entry(
        ArtifactName.Prefix(image.Key.Function, image.Key.Revision), image.Adapter ?? image.Key.Sandbox.Backbone, tier, image.Size, image.Key.Sandbox.TrustDomain));

    private static (ResidencyNotes.Place Place, Resident Entry) Prefix(FunctionId function, int revision, (ResidencyNotes.Place Place, Resident Entry) entry)
    {
        entry.Entry.Key = new RouteKey { Namespace = function.Namespace.Value, Function = function.Name.Value };
        entry.Entry.Revision = revision;
        return entry;
    }

    private static (ResidencyNotes.Place Place, Resident Entry) Entry(
        ArtifactName name, Digest digest, StorageTier tier, ByteSize size, TrustDomain? trustDomain = null, TimeSpan idle = default) => (
        new ResidencyNotes.Place(name, tier, trustDomain),
        new Resident
        {
            Kind = name.Kind.ToWord(),
            Digest = digest.Value,
            Tier = (int)tier,
            Bytes = size.Bytes,
            TrustDomain = trustDomain?.Value ?? "",
            IdleMs = (long)idle.TotalMilliseconds,
        });
}
