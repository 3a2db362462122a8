using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Where keep-alive's hints come from.</summary>
public sealed class KeepAliveSources(IForecasts forecasts, IPlanStore plans, IOptions<PlanningOptions> planning)
{
    internal async Task<KeepAliveHints> TakeAsync(CancellationToken cancellationToken)
    {
        // Planning that was switched off leaves its last plan behind, which binds nobody any more.
        var newest = planning.Value.Enabled ? await plans.FindNewestAsync(cancellationToken) : null;
        return new KeepAliveHints(forecasts.Current.Functions, newest);
    }
}
