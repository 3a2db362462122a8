using System.Globalization;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Of a plan what concerns one function, what it needs of others included, and in a sentence why it is, or is not, in it.</summary>
public sealed class PlanExplainer(ICatalogueStore catalogue, IWarmStateStore warm, IForecasts forecasts, IOptions<PlanningOptions> options)
{
    public async Task<PlanInfo> ExplainAsync(PlanInfo plan, FunctionId function, CancellationToken cancellationToken)
    {
        if (await catalogue.FindFunctionAsync(function, cancellationToken) is not { } record)
        {
            return plan with { Lines = [], Explanation = "It is not deployed." };
        }

        var revisions = PlannedRevisions.Of(record).Select(planned => planned.Revision).DefaultIfEmpty(record.Current).ToArray();
        var lines = plan.Lines.Where(line => revisions.Any(revision => Concerns(line, function, revision))).ToArray();
        return plan with { Lines = lines, Explanation = await WhyAsync(record, lines, cancellationToken) };
    }

    /// <summary>The function's own artifacts, a revision's sandbox, and the backbone under that.</summary>
    private static bool Concerns(PlanLine line, FunctionId function, FunctionRevision revision) => line.Function is { } name
        ? name == function.ToString()
        : line.Digest == revision.BackboneDigest.Value && (line.TrustDomain is null || line.TrustDomain == revision.TrustDomain.Value);

    private async Task<string> WhyAsync(FunctionRecord record, PlanLine[] lines, CancellationToken cancellationToken)
    {
        var chance = forecasts.Current.Functions.TryGetValue(record.Id, out var forecast) ? forecast.Calls.AtLeastOneWithin(options.Value.Horizon) : 0;
        var said = string.Create(CultureInfo.InvariantCulture, $"P={chance:0.###} in {options.Value.Horizon.TotalMinutes:0.#} min");

        if (lines.Any(line => line.Function is not null))
        {
            return $"Now {said}.";
        }

        if (!options.Value.Enabled)
        {
            return "Nothing is planned ahead here: Controller:Planning:Enabled is false.";
        }

        if (LiveRevisions.Wanted(record).All(live => live.Percent == 0 || live.Revision.AdapterDigest is null))
        {
            return "It has no adapter: a backbone is packed wherever it can be read, whatever is planned.";
        }

        if (!PlannedRevisions.MayBePlanned(record))
        {
            return "It was scaled to zero and stays away until somebody scales it up or calls it.";
        }

        if ((await warm.ListWorkersAsync(cancellationToken)).All(worker => worker.Draining))
        {
            return "No worker is there that takes anything.";
        }

        return chance < options.Value.MinProbability
            ? string.Create(CultureInfo.InvariantCulture, $"{said}, under the {options.Value.MinProbability:0.###} from which on anything is brought, and it is on no worker.")
            : $"{said}, and what there is room for is worth more, or comes with the next plan.";
    }
}
