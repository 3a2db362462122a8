using LoraFaaS.Contracts.Admin;
using LoraFaaS.ControlPlane.Forecasting;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.Policies.Preloading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>
/// One turn of planning: under the leader's lease, from what is true now. Nothing is carried from turn to turn but what was observed, so a turn that is
/// missed or made by another controller does no harm.
/// </summary>
public sealed partial class PlanTurn(
    LeadershipCheck leadership, IPlanStore plans, IWarmStateStore warm, ICatalogueStore catalogue, CatalogueView functions, IForecasts forecasts, ControllerIdentity identity,
    IOptions<PlanningOptions> options, TimeProvider time, ILogger<PlanTurn> logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>The plan that holds now, newly made or the stored one that says the same; null: another controller leads.</summary>
    public async Task<PlanInfo?> RunAsync(CancellationToken cancellationToken)
    {
        // Longer than a turn takes, shorter than two: who stops leading is replaced by the next turn but one.
        if (await leadership.HoldAsync(options.Value.Interval * 1.5, cancellationToken) is not { } grant)
        {
            return null;
        }

        var newest = await plans.FindNewestAsync(cancellationToken);

        if (newest is not null && forecasts.Current.IsNone)
        {
            // A controller that has just been started has forecast nothing, which is not a forecast of no calls: the plan that stands knows more.
            return newest;
        }

        var states = await warm.ListWorkersAsync(cancellationToken);
        var request = PlanQuestion.Ask(
            states, await functions.FunctionsAsync(cancellationToken), await catalogue.ListBackbonesAsync(cancellationToken), forecasts.Current.Functions, options.Value);
        var plan = PreloadPlanner.Plan(request);
        var lines = plan.Entries.Select(PlanLines.Of).ToArray();

        var made = new PlanInfo
        {
            Number = 0, MadeAt = time.GetUtcNow(), Controller = identity.Value, LeaderToken = grant.Token, WorthMs = plan.WorthMs, Lines = lines,
            Workers = [.. states.Select(state => state.Id.Value).Order(StringComparer.Ordinal)],
        };

        if (newest is not null && PlanLines.SayTheSame(newest.Lines, lines))
        {
            // It asks for the same and keeps its number; its figures, reasons, workers and leader are those of now.
            return newest.LeaderToken == grant.Token && PlanLines.ReadTheSame(newest, made) ? newest : await plans.RefreshAsync(made with { Number = newest.Number }, cancellationToken);
        }

        var stored = await plans.AppendAsync(made, cancellationToken);

        if (stored is not null)
        {
            LogPlanned(stored.Number, lines.Length, lines.Count(line => line.Action == PlanLines.Load), lines.Count(line => line.Action == PlanLines.Offload));
        }

        return stored;
    }

    [LoggerMessage(2411, LogLevel.Information, "Plan {Number}: {Lines} lines, {Loads} to load, {Offloads} to move down")]
    private partial void LogPlanned(long number, int lines, int loads, int offloads);
}
