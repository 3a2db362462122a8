using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Where holding memory costs: what is held must save its price, and counts by the minute in which it is held, not by the horizon.</summary>
internal static class PlanPrice
{
    public static PreloadRequest Apply(PreloadRequest request, IReadOnlyDictionary<FunctionId, FunctionForecast> forecasts, double priceMs) => priceMs <= 0
        ? request
        : request with
        {
            Functions = [.. request.Functions.Select(function => forecasts.TryGetValue(function.Id, out var forecast) ? function with { Probability = HoldingIndex.Of(forecast.Calls) } : function)],
            Horizon = HoldingIndex.Span,
            Limits = request.Limits with { MinMsPerGiB = priceMs * HoldingIndex.Span.TotalSeconds },
        };
}
