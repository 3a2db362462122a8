using System.Diagnostics.Metrics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Workers;

namespace LoraFaaS.ControlPlane.Placement;

/// <summary>How activations end and how long they take, and how many workers have their session here.</summary>
public sealed class ActivationMetrics
{
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _duration;

    public ActivationMetrics(IMeterFactory meters, WorkerRegistry workers)
    {
        var meter = meters.Create("LoraFaaS.ControlPlane");
        _ended = meter.CreateCounter<long>("lorafaas.controller.activations", description: "Activations by outcome.");
        _duration = meter.CreateHistogram<double>("lorafaas.controller.activation.duration", "s", "Time from the first caller to the outcome.");
        meter.CreateObservableGauge("lorafaas.controller.workers", () => workers.Sessions.Count, description: "Workers with a session here.");
    }

    internal void Ended(ActivationOutcome outcome, TimeSpan took)
    {
        var name = outcome is ActivationOutcome.Refused refused ? refused.Problem.Code.ToWire() : "ok";
        _ended.Add(1, KeyValuePair.Create("outcome", (object?)name));
        _duration.Record(took.TotalSeconds, KeyValuePair.Create("outcome", (object?)name));
    }
}
