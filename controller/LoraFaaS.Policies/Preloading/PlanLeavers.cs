using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// Adapters and prefixes that are resident and not in the plan. They leave only where what the plan brings needs their bytes, least worth first, or where they
/// are not worth the bytes at all; memory that nobody wants is left as it is, also where more is held than plans may fill: calls make their own room.
/// A prefix can be computed anew, so it leaves before an adapter does.
/// </summary>
internal sealed class PlanLeavers(PlanBoard board)
{
    private readonly PlanFacts _facts = board.Facts;

    public IEnumerable<PreloadEntry> Write()
    {
        var free = board.Free.ToArray();
        var wanted = new PlanArrivals(board).Bytes();
        var leavers = new List<(int Function, Residence Residence)>();

        for (var function = 0; function < _facts.Functions; function++)
        {
            foreach (var residence in _facts.Request.Functions[function].Residences)
            {
                if (residence.Tier > StorageTier.Remote && !IsPlanned(function, residence))
                {
                    leavers.Add((function, residence));
                    free[At(residence)] -= Bytes(function);
                }
            }
        }

        var isDear = _facts.Request.Limits.MinMsPerGiB > 0;

        foreach (var (function, worker) in Prefixes(free).OrderBy(leaver => PrefixWorth(leaver.Function)).ThenBy(leaver => leaver.Function).ToList())
        {
            var at = (worker * PlanBoard.Tiers) + PlanBoard.Device;

            if (isDear || (free[at] < 0 && wanted[at] > 0))
            {
                free[at] += _facts.Request.Functions[function].PrefixBytes.Bytes;
                wanted[at] -= _facts.Request.Functions[function].PrefixBytes.Bytes;
                yield return Prefix(function, worker);
            }
        }

        foreach (var (function, residence) in leavers.OrderBy(leaver => Worth(leaver.Function, leaver.Residence)).ThenBy(leaver => leaver.Function))
        {
            var at = At(residence);

            if ((isDear || (free[at] < 0 && wanted[at] > 0)) && !_facts.Request.Functions[function].Pinned)
            {
                free[at] += Bytes(function);
                wanted[at] -= Bytes(function);
                yield return Entry(function, residence);
            }
        }
    }

    /// <summary>Processes and backbones that are there and not in the plan, where bytes have a price.</summary>
    public IEnumerable<PreloadEntry> WriteRoots()
    {
        if (_facts.Request.Limits.MinMsPerGiB <= 0)
        {
            yield break;
        }

        for (var sandbox = 0; sandbox < _facts.Sandboxes; sandbox++)
        {
            var facts = _facts.Request.Sandboxes[sandbox];

            foreach (var worker in facts.Workers.Where(worker => !board.Sandboxes[(worker * _facts.Sandboxes) + sandbox]))
            {
                yield return Root(ArtifactKind.Sandbox, worker, facts.Backbone, facts.Domain, facts.DeviceBytes, facts.Saves, StorageTier.Remote);
            }
        }

        for (var backbone = 0; backbone < _facts.Backbones; backbone++)
        {
            var facts = _facts.Request.Backbones[backbone];

            foreach (var residence in facts.Residences.Where(residence => residence.Tier is StorageTier.Device && board.Backbones[(residence.Worker * _facts.Backbones) + backbone] == 0))
            {
                yield return Root(ArtifactKind.Backbone, residence.Worker, backbone, null, facts.DeviceBytes, facts.DeviceSaves, StorageTier.Disk);
            }
        }
    }

    /// <summary>Those that the plan does not count where they are; their bytes are taken from what is free.</summary>
    private IEnumerable<(int Function, int Worker)> Prefixes(long[] free)
    {
        for (var function = 0; function < _facts.Functions; function++)
        {
            foreach (var worker in _facts.Request.Functions[function].HasPrefixAt)
            {
                if (board.Home[function] != worker || board.Level[function] != PlanBoard.TopLevel)
                {
                    free[(worker * PlanBoard.Tiers) + PlanBoard.Device] -= _facts.Request.Functions[function].PrefixBytes.Bytes;
                    yield return (function, worker);
                }
            }
        }
    }

    private double PrefixWorth(int function) =>
        _facts.Probability[function] * _facts.Request.Functions[function].PrefixSaves.TotalMilliseconds / Math.Max(1, _facts.Request.Functions[function].PrefixBytes.Bytes);

    private PreloadEntry Prefix(int function, int worker)
    {
        var facts = _facts.Request.Functions[function];

        return new PreloadEntry
        {
            Kind = ArtifactKind.Prefix,
            Action = PreloadAction.Offload,
            Worker = _facts.Request.Workers[worker].Id,

            // Its pages are what is wanted: copies that the worker has outside the device stay, by the worker's own reckoning.
            Tier = StorageTier.Host,
            From = StorageTier.Device,
            Function = facts.Id,
            Revision = facts.Revision,
            Digest = facts.Adapter,
            Domain = _facts.Request.Sandboxes[facts.Sandbox].Domain,
            Bytes = facts.PrefixBytes,
            Probability = facts.Probability,
            Saves = facts.PrefixSaves,
            Horizon = _facts.Request.Horizon,
        };
    }

    private PreloadEntry Root(ArtifactKind kind, int worker, int backbone, TrustDomain? domain, ByteSize bytes, TimeSpan saves, StorageTier to) => new()
    {
        Kind = kind,
        Action = PreloadAction.Offload,
        Worker = _facts.Request.Workers[worker].Id,
        Tier = to,
        From = StorageTier.Device,
        Digest = _facts.Request.Backbones[backbone].Digest,
        Domain = domain,
        Bytes = bytes,
        Probability = 0,
        Saves = saves,
        Horizon = _facts.Request.Horizon,
    };

    /// <summary>One that the plan brings nearer at the same worker goes up, not down.</summary>
    private bool IsPlanned(int function, Residence residence) =>
        board.Home[function] == residence.Worker && Math.Min((int)board.Level[function], 3) >= (int)residence.Tier;

    private long Bytes(int function) => _facts.Bytes(function, 3);

    private static int At(Residence residence) => (residence.Worker * PlanBoard.Tiers) + PlanFacts.TierOf((int)residence.Tier);

    private double Worth(int function, Residence residence) =>
        _facts.Probability[function] * _facts.Saves(function, (int)residence.Tier) / Math.Max(1, Bytes(function));

    private PreloadEntry Entry(int function, Residence residence)
    {
        var facts = _facts.Request.Functions[function];
        var planned = board.Home[function] == residence.Worker ? (StorageTier)Math.Min((int)board.Level[function], 3) : StorageTier.Remote;
        var next = residence.Tier is StorageTier.Device ? StorageTier.Host : residence.Tier is StorageTier.Host ? StorageTier.Disk : StorageTier.Remote;

        // Down one step where there is room for it, else to the disk, which the cache's own eviction looks after.
        var fits = next is not StorageTier.Host || board.Free[(residence.Worker * PlanBoard.Tiers) + PlanBoard.Host] >= Bytes(function);

        return new PreloadEntry
        {
            Kind = ArtifactKind.Adapter,
            Action = PreloadAction.Offload,
            Worker = _facts.Request.Workers[residence.Worker].Id,
            Tier = planned > StorageTier.Remote && planned < residence.Tier ? planned : fits ? next : StorageTier.Disk,
            From = residence.Tier,
            Function = facts.Id,
            Revision = facts.Revision,
            Digest = facts.Adapter,
            Domain = _facts.Request.Sandboxes[facts.Sandbox].Domain,
            Bytes = facts.AdapterBytes,
            Probability = facts.Probability,
            Saves = TimeSpan.FromMilliseconds(_facts.Saves(function, (int)residence.Tier)),
            Horizon = _facts.Request.Horizon,
        };
    }
}
