using System.Collections.Frozen;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Forecasting;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>All functions' forecasts at one instant, and how the last hour's compare with what came. A function that is not in it is not known yet.</summary>
public sealed record ForecastSnapshot
{
    public static readonly ForecastSnapshot None = new()
    {
        At = DateTimeOffset.UnixEpoch, Functions = FrozenDictionary<FunctionId, FunctionForecast>.Empty, Outcomes = FrozenDictionary<FunctionId, IReadOnlyList<ForecastOutcome>>.Empty,
    };

    /// <summary>Nothing was forecast yet: that a function is missing says nothing of its calls.</summary>
    public bool IsNone => ReferenceEquals(this, None);

    public required DateTimeOffset At { get; init; }

    public required FrozenDictionary<FunctionId, FunctionForecast> Functions { get; init; }

    /// <summary>The last hour, a minute each, oldest first.</summary>
    public required FrozenDictionary<FunctionId, IReadOnlyList<ForecastOutcome>> Outcomes { get; init; }
}
