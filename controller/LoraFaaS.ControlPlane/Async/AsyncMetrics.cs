using System.Diagnostics.Metrics;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Async;

/// <summary>OpenFaaS Pro's queue-worker names. A lost race or a repeated call id counts nothing.</summary>
public sealed class AsyncMetrics
{
    private readonly Counter<long> _submitted;
    private readonly Counter<long> _processed;
    private readonly Counter<long> _dead;
    private QueueCounts _counts = new(0, 0, 0, 0);

    public AsyncMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("LoraFaaS.ControlPlane.Async");
        _submitted = meter.CreateCounter<long>("queue_worker_messages_submitted_total", description: "Asynchronous calls taken in, by function.");
        _processed = meter.CreateCounter<long>("queue_worker_messages_processed_total", description: "Tries that ended, by function and status.");
        _dead = meter.CreateCounter<long>("queue_worker_messages_dead_total", description: "Asynchronous calls given up, by function.");
        meter.CreateObservableGauge("queue_worker_pending_messages", () => Volatile.Read(ref _counts).Open, description: "Calls waiting or running.");
        meter.CreateObservableGauge("queue_worker_pending_bytes", () => Volatile.Read(ref _counts).OpenBytes, description: "Bytes of their bodies.");
        meter.CreateObservableGauge("queue_worker_dead_messages", () => Volatile.Read(ref _counts).Dead, description: "Dead calls kept.");
    }

    internal void Counted(QueueCounts counts) => Volatile.Write(ref _counts, counts);

    internal void Submitted(FunctionId function) => _submitted.Add(1, Tag("function_name", function));

    internal void Processed(FunctionId function, int status) => _processed.Add(1, Tag("function_name", function), Tag("code", status));

    internal void Died(FunctionId function) => _dead.Add(1, Tag("function_name", function));

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value.ToString());
}
