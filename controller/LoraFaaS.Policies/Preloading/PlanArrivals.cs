using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>The bytes that a plan brings and that are not there yet: all that anything has to leave for.</summary>
internal sealed class PlanArrivals(PlanBoard board)
{
    private readonly PlanFacts _facts = board.Facts;

    /// <summary>By worker and tier, worker-major.</summary>
    public long[] Bytes()
    {
        var wanted = new long[_facts.Workers * PlanBoard.Tiers];

        for (var function = 0; function < _facts.Functions; function++)
        {
            if (board.Home[function] >= 0)
            {
                Add(wanted, function, board.Home[function], board.Level[function]);
            }
        }

        for (var worker = 0; worker < _facts.Workers; worker++)
        {
            AddRoots(wanted, worker);
        }

        return wanted;
    }

    private void Add(long[] wanted, int function, int worker, int level)
    {
        var facts = _facts.Request.Functions[function];
        var tier = PlanFacts.TierOf(level);

        if (!facts.Residences.Any(residence => residence.Worker == worker && (int)residence.Tier >= Math.Min(level, 3)))
        {
            wanted[(worker * PlanBoard.Tiers) + tier] += facts.AdapterBytes.Bytes;
        }

        if (level == PlanBoard.TopLevel && !facts.HasPrefixAt.Contains(worker))
        {
            wanted[(worker * PlanBoard.Tiers) + PlanBoard.Device] += facts.PrefixBytes.Bytes;
        }
    }

    private void AddRoots(long[] wanted, int worker)
    {
        for (var backbone = 0; backbone < _facts.Backbones; backbone++)
        {
            var state = board.Backbones[(worker * _facts.Backbones) + backbone];

            if (state > 0 && !_facts.Request.Backbones[backbone].Residences.Any(residence => residence.Worker == worker && residence.Tier >= (state == 1 ? StorageTier.Host : StorageTier.Device)))
            {
                wanted[(worker * PlanBoard.Tiers) + (state == 1 ? PlanBoard.Host : PlanBoard.Device)] += state == 1 ? _facts.BackboneHostBytes[backbone] : _facts.BackboneDeviceBytes[backbone];
            }
        }

        for (var sandbox = 0; sandbox < _facts.Sandboxes; sandbox++)
        {
            var at = (worker * _facts.Sandboxes) + sandbox;
            wanted[(worker * PlanBoard.Tiers) + PlanBoard.Device] += board.Sandboxes[at] && !_facts.SandboxRuns[at] ? _facts.SandboxBytes[sandbox] : 0;
        }
    }
}
