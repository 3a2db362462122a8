using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting.Predictors;
using LoraFaaS.Policies.KeepAlive;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>What ought to move down, and which functions have nobody left who wants them warm. Made from frozen states; commands nobody.</summary>
internal sealed class KeepAlivePlan
{
    private readonly List<PlannedOffload> _offloads = [];
    private readonly Dictionary<FunctionId, string> _toZero = [];
    private readonly HashSet<FunctionId> _keptSomewhere = [];

    private readonly KeepAliveHints _hints;

    private KeepAlivePlan(KeepAliveHints hints) => _hints = hints;

    public IReadOnlyList<PlannedOffload> Offloads => _offloads;

    /// <summary>Functions that every holder lets go, with one holder's reason.</summary>
    public IReadOnlyDictionary<FunctionId, string> ToZero => _toZero;

    public static KeepAlivePlan Make(IReadOnlyList<WorkerState> workers, IReadOnlyList<FunctionRecord> functions, KeepAliveDefaults defaults, KeepAliveHints hints)
    {
        var plan = new KeepAlivePlan(hints);
        var users = functions.Where(function => function.Current.AdapterDigest is not null).ToLookup(function => function.Current.AdapterDigest!.Value);
        var rules = functions.ToDictionary(function => function.Id, RuleOf);

        foreach (var worker in workers)
        {
            foreach (var resident in worker.Resident)
            {
                if (resident.Kind is ResidentKind.Adapter && resident.Tier >= StorageTier.Host)
                {
                    var all = users[resident.Digest].ToList();
                    var here = all.Where(function => Uses(function, resident)).ToList();

                    // The worker drops its host copy with the device's; another trust domain's function may still want it.
                    var isWantedElsewhere = all.Exists(function => !here.Contains(function) && function.DesiredReplicas > 0);
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
        WorkerState worker, ResidentState resident, List<FunctionRecord> users, bool isWantedElsewhere,
        Dictionary<FunctionId, KeepAliveRule> rules, KeepAliveDefaults defaults)
    {
        if (users.Count == 0)
        {
            Offload(worker, resident, IdlePolicy.Decide(Idle(worker, resident, null, KeepAliveRule.Unsaid), defaults));
            return;
        }

        var decisions = users
            .Select(user => (user.Id, Decision: IdlePolicy.Decide(Idle(worker, resident, user, rules[user.Id]), defaults)))
            .ToList();

        foreach (var (id, decision) in decisions)
        {
            switch (decision)
            {
                case KeepAliveDecision.ScaleToZero zero:
                    _toZero[id] = zero.Reason;
                    break;
                case KeepAliveDecision.Keep:
                    _keptSomewhere.Add(id);
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

    private void Offload(WorkerState worker, ResidentState resident, KeepAliveDecision decision)
    {
        if (decision is KeepAliveDecision.Offload offload && offload.To < resident.Tier)
        {
            _offloads.Add(new PlannedOffload(worker.Id, resident.Digest, resident.TrustDomain, offload.To, offload.Reason));
        }
    }

    private AdapterIdleSnapshot Idle(WorkerState worker, ResidentState resident, FunctionRecord? user, KeepAliveRule rule) => new()
    {
        Tier = resident.Tier,
        Idle = resident.Idle,
        DesiredReplicas = user?.DesiredReplicas ?? 0,
        Rule = rule,
        Orphaned = user is null,
        Planned = _hints.IsPlanned(worker.Id, resident),
        Windows = user is null ? HybridHistogram.Standard : _hints.WindowsOf(user.Id),
        DeviceUse = worker.DeviceBytes == 0 ? 0 : (double)worker.DeviceBytesUsed / worker.DeviceBytes,
    };

    /// <summary>Device pages belong to one trust domain; the host copy serves all.</summary>
    private static bool Uses(FunctionRecord function, ResidentState resident) =>
        resident.Tier is StorageTier.Host || function.Current.TrustDomain == resident.TrustDomain;

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
