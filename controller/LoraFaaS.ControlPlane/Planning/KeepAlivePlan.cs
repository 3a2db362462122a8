using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.KeepAlive;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>What ought to move down, and which functions have nobody left who wants them warm. Made from frozen states; commands nobody.</summary>
internal sealed class KeepAlivePlan
{
    private readonly List<PlannedOffload> _offloads = [];
    private readonly Dictionary<FunctionId, string> _toZero = [];
    private readonly HashSet<FunctionId> _keptSomewhere = [];

    private KeepAlivePlan()
    {
    }

    public IReadOnlyList<PlannedOffload> Offloads => _offloads;

    /// <summary>Functions that every holder lets go, with one holder's reason.</summary>
    public IReadOnlyDictionary<FunctionId, string> ToZero => _toZero;

    public static KeepAlivePlan Make(
        IReadOnlyList<WorkerState> workers, IReadOnlyList<FunctionRecord> functions, KeepAliveDefaults defaults, DateTimeOffset now, TimeSpan grace)
    {
        var plan = new KeepAlivePlan();
        var users = functions
            .SelectMany(function => LiveRevisions.Of(function, now, grace).Select(live => new AdapterUser(function, live.Revision, live.Draining)))
            .Where(user => user.Revision.AdapterDigest is not null)
            .ToLookup(user => user.Revision.AdapterDigest!.Value);
        var rules = functions.ToDictionary(function => function.Id, RuleOf);

        foreach (var worker in workers)
        {
            foreach (var resident in worker.Resident)
            {
                if (resident.Kind is ResidentKind.Adapter && resident.Tier >= StorageTier.Host)
                {
                    var all = users[resident.Digest].ToList();
                    var here = all.Where(user => Uses(user, resident)).ToList();

                    // The worker drops its host copy with the device's; another trust domain's function may still want it.
                    var isWantedElsewhere = all.Exists(user => !here.Contains(user) && user.Function.DesiredReplicas > 0);
                    plan.Add(worker, resident, here, isWantedElsewhere, rules, defaults);
                }
            }
        }

        foreach (var kept in plan._keptSomewhere)
        {
            plan._toZero.Remove(kept);
        }

        return plan;
    }

    private void Add(
        WorkerState worker, ResidentState resident, List<AdapterUser> users, bool isWantedElsewhere,
        Dictionary<FunctionId, KeepAliveRule> rules, KeepAliveDefaults defaults)
    {
        if (users.Count == 0)
        {
            Offload(worker, resident, IdlePolicy.Decide(Idle(worker, resident, KeepAliveRule.Unsaid, 0, orphaned: true), defaults));
            return;
        }

        var decisions = users
            .Select(user => (User: user, Decision: Decide(worker, resident, user, rules[user.Function.Id], defaults)))
            .ToList();

        foreach (var (user, decision) in decisions)
        {
            switch (decision)
            {
                case KeepAliveDecision.ScaleToZero zero:
                    _toZero[user.Function.Id] = zero.Reason;
                    break;
                case KeepAliveDecision.Keep when !user.Draining:
                    _keptSomewhere.Add(user.Function.Id);
                    break;
            }
        }

        // Several functions may share an adapter: it goes only as far as the one that wants it nearest lets it.
        if (decisions.Select(pair => pair.Decision).OfType<KeepAliveDecision.Offload>().MaxBy(offload => offload.To) is { } nearest
            && decisions.All(pair => pair.Decision is KeepAliveDecision.Offload))
        {
            Offload(worker, resident, isWantedElsewhere && nearest.To < StorageTier.Host ? nearest with { To = StorageTier.Host } : nearest);
        }
    }

    /// <summary>What has left the split waits for a rollback, warm, unless the function is not wanted at all.</summary>
    private static KeepAliveDecision Decide(
        WorkerState worker, ResidentState resident, AdapterUser user, KeepAliveRule rule, KeepAliveDefaults defaults) =>
        user is { Draining: true, Function.DesiredReplicas: > 0 }
            ? new KeepAliveDecision.Keep($"revision {user.Revision.Number} left the split a short time ago")
            : IdlePolicy.Decide(Idle(worker, resident, rule, user.Function.DesiredReplicas, orphaned: false), defaults);

    private void Offload(WorkerState worker, ResidentState resident, KeepAliveDecision decision)
    {
        if (decision is KeepAliveDecision.Offload offload && offload.To < resident.Tier)
        {
            _offloads.Add(new PlannedOffload(worker.Id, resident.Digest, resident.TrustDomain, offload.To, offload.Reason));
        }
    }

    private static AdapterIdleSnapshot Idle(WorkerState worker, ResidentState resident, KeepAliveRule rule, int desired, bool orphaned) => new()
    {
        Tier = resident.Tier,
        Idle = resident.Idle,
        DesiredReplicas = desired,
        Rule = rule,
        Orphaned = orphaned,
        DeviceUse = worker.DeviceBytes == 0 ? 0 : (double)worker.DeviceBytesUsed / worker.DeviceBytes,
    };

    /// <summary>Device pages belong to one trust domain; the host copy serves all.</summary>
    private static bool Uses(AdapterUser user, ResidentState resident) =>
        resident.Tier is StorageTier.Host || user.Revision.TrustDomain == resident.TrustDomain;

    private static KeepAliveRule RuleOf(FunctionRecord function)
    {
        var scale = FunctionRegistry.ScaleRuleOf(function);

        return new KeepAliveRule
        {
            KeepAlive = function.Current.KeepAlive,
            ScaleMin = scale.Min,
            ScaleZero = scale.Zero,
            ScaleZeroDuration = scale.ZeroDuration,
        };
    }
}
