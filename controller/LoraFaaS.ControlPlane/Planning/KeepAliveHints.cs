using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>What forecasts and the newest plan say of adapters that idle. Without it the two would pull at the same adapter.</summary>
internal sealed class KeepAliveHints
{
    public static readonly KeepAliveHints None = new(new Dictionary<FunctionId, FunctionForecast>(), null);

    private readonly IReadOnlyDictionary<FunctionId, FunctionForecast> _forecasts;
    private readonly ILookup<(string Worker, string? Adapter), PlanLine> _wanted;

    /// <summary>Null: there is no plan to ask.</summary>
    private readonly HashSet<string>? _seen;

    public KeepAliveHints(IReadOnlyDictionary<FunctionId, FunctionForecast> forecasts, PlanInfo? plan)
    {
        _forecasts = forecasts;
        _seen = plan?.Workers.ToHashSet(StringComparer.Ordinal);
        _wanted = (plan?.Lines ?? [])
            .Where(line => line.Kind == "adapter" && line.Action is not PlanLines.Offload)
            .ToLookup(line => (line.Worker, line.Digest));
    }

    public IdleWindows WindowsOf(FunctionId function) => _forecasts.TryGetValue(function, out var forecast) ? forecast.Idle : HybridHistogram.Standard;

    /// <summary>
    /// A host copy belongs to all trust domains, device pages to one. A worker that was away when the plan was made (a pause of seconds is enough) has not been
    /// planned out of what it holds: until a plan has seen it again, it keeps everything.
    /// </summary>
    public bool IsPlanned(WorkerId worker, ResidentState resident) => _seen is { } seen && (!seen.Contains(worker.Value) || IsWanted(worker, resident));

    private bool IsWanted(WorkerId worker, ResidentState resident) => _wanted[(worker.Value, resident.Digest.Value)].Any(line =>
        Enum.TryParse<StorageTier>(line.Tier, ignoreCase: true, out var tier) && tier >= resident.Tier
        && (resident.Tier < StorageTier.Device || line.TrustDomain == resident.TrustDomain?.Value));
}
