using System.Diagnostics.Metrics;

namespace LoraFaaS.Worker.Isolation;

/// <summary>Counts what confined processes ran against. Who it was is in the log: names are no labels for a counter.</summary>
internal sealed class ViolationMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _violations = meters.Create(WorkerTelemetry.Name)
        .CreateCounter<long>("lorafaas.worker.violations", "{violation}", "What sandboxes and handlers ran against, by kind: call, memory, threads, processors, signal.");

    public void Count(Violation violation, long count = 1) => _violations.Add(count, new KeyValuePair<string, object?>("kind", violation.ToString().ToLowerInvariant()));
}
