using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Metering;

/// <summary>
/// Adds up what functions hold, inventory by inventory, over one day. What several functions share is split evenly among them: an adapter, and the backbone
/// among all whose adapters are on the device beside it. One writer: <see cref="HoldingLoop"/>.
/// </summary>
internal sealed class HoldingBook
{
    private readonly Dictionary<FunctionId, HoldingSum> _sums;
    private readonly Dictionary<(WorkerId Worker, FunctionId Function), StorageTier> _tiers;
    private readonly List<TierMove> _moves;

    private HoldingBook(DateOnly day, IEnumerable<HoldingSum> sums, IEnumerable<TierMove> moves, Dictionary<(WorkerId, FunctionId), StorageTier> tiers)
    {
        Day = day;
        _sums = sums.ToDictionary(sum => sum.Function);
        _moves = [.. moves];
        _tiers = tiers;
    }

    public DateOnly Day { get; }

    /// <summary>Goes on where a stored day ended.</summary>
    public static HoldingBook Continue(HoldingDay day)
    {
        var tiers = new Dictionary<(WorkerId, FunctionId), StorageTier>();

        foreach (var move in day.Moves)
        {
            tiers[(move.Worker, move.Function)] = move.To;
        }

        return new HoldingBook(day.Day, day.Functions, day.Moves, tiers);
    }

    /// <summary>The next day begins with what is where.</summary>
    public HoldingBook Turn(DateOnly day) => new(day, [], [], new(_tiers));

    public HoldingDay Close() => new(Day, [.. _sums.Values.OrderBy(sum => sum.Function.ToString(), StringComparer.Ordinal)], [.. _moves]);

    /// <summary>For the time since the last inventories these are taken to have held.</summary>
    public void Observe(IReadOnlyList<WorkerState> workers, IReadOnlyList<FunctionRecord> functions, TimeSpan elapsed, DateTimeOffset now)
    {
        var byAdapter = functions.SelectMany(function => function.Revisions.Select(revision => (Function: function.Id, Revision: revision)))
            .Where(pair => pair.Revision.AdapterDigest is not null)
            .ToLookup(pair => pair.Revision.AdapterDigest!.Value);
        var nearest = new Dictionary<(WorkerId, FunctionId), (StorageTier Tier, ResidentState Resident)>();

        foreach (var worker in workers)
        {
            var users = new Dictionary<Digest, HashSet<FunctionId>>();

            foreach (var resident in worker.Resident.Where(resident => resident.Kind is ResidentKind.Adapter))
            {
                var holders = byAdapter[resident.Digest]
                    .Where(pair => resident.TrustDomain is null || resident.TrustDomain == pair.Revision.TrustDomain)
                    .DistinctBy(pair => pair.Function)
                    .ToList();

                foreach (var (function, revision) in holders)
                {
                    Add(function, resident, elapsed.TotalSeconds / holders.Count);
                    var key = (worker.Id, function);

                    if (!nearest.TryGetValue(key, out var known) || resident.Tier > known.Tier)
                    {
                        nearest[key] = (resident.Tier, resident);
                    }

                    if (resident.Tier is StorageTier.Device)
                    {
                        if (!users.TryGetValue(revision.BackboneDigest, out var beside))
                        {
                            users[revision.BackboneDigest] = beside = [];
                        }

                        beside.Add(function);
                    }
                }
            }

            AddBackbones(worker, users, elapsed.TotalSeconds);
        }

        Note(nearest, now);
    }

    private void Add(FunctionId function, ResidentState resident, double seconds)
    {
        var sum = _sums.GetValueOrDefault(function) ?? HoldingSum.None(function);
        var held = resident.Bytes * seconds;

        _sums[function] = resident.Tier switch
        {
            StorageTier.Device => sum with { DeviceByteSeconds = sum.DeviceByteSeconds + held },
            StorageTier.Host => sum with { HostByteSeconds = sum.HostByteSeconds + held },
            _ => sum,
        };
    }

    private void AddBackbones(WorkerState worker, Dictionary<Digest, HashSet<FunctionId>> users, double seconds)
    {
        foreach (var (digest, functions) in users)
        {
            // Sandboxes map the worker's one copy and count none of its bytes.
            var bytes = worker.Resident.Where(resident => resident.Kind is ResidentKind.Backbone && resident.Digest == digest).Select(resident => resident.Bytes).DefaultIfEmpty().Max();

            foreach (var function in functions)
            {
                var sum = _sums.GetValueOrDefault(function) ?? HoldingSum.None(function);
                _sums[function] = sum with
                {
                    BackboneByteSeconds = sum.BackboneByteSeconds + (bytes * seconds / functions.Count),
                    UnsharedByteSeconds = sum.UnsharedByteSeconds + (bytes * seconds),
                };
            }
        }
    }

    private void Note(Dictionary<(WorkerId Worker, FunctionId Function), (StorageTier Tier, ResidentState Resident)> nearest, DateTimeOffset now)
    {
        foreach (var (key, (tier, resident)) in nearest.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal))
        {
            var before = _tiers.GetValueOrDefault(key, StorageTier.Remote);

            if (tier != before)
            {
                // Nearer: since the artifact came there. Further: since now, for what is left has been there before.
                Keep(new TierMove(tier > before ? now - resident.Age : now, key.Worker, key.Function, before, tier, tier > before ? resident.Reason : $"left the {Word(before)}"));
                _tiers[key] = tier;
            }
        }

        foreach (var (worker, function) in _tiers.Keys.Where(key => !nearest.ContainsKey(key)).ToList())
        {
            var before = _tiers[(worker, function)];
            _tiers.Remove((worker, function));

            if (before is not StorageTier.Remote)
            {
                Keep(new TierMove(now, worker, function, before, StorageTier.Remote, "the worker holds it no more, or is gone"));
            }
        }
    }

    private void Keep(TierMove move)
    {
        _moves.Add(move);

        if (_moves.Count > HoldingDay.MovesKept)
        {
            _moves.RemoveAt(0);
        }
    }

    private static string Word(StorageTier tier) => tier.ToString().ToLowerInvariant();
}
