using LoraFaaS.Worker.Invocations;

namespace LoraFaaS.Worker.Metering;

/// <summary>How busy this worker is, for those who only read it.</summary>
internal sealed class InvocationCounts(WorkerMetrics metrics, Admission admission, DrainState drain)
{
    public int Running => metrics.Running;

    public int Queued => admission.Waiting;

    public bool IsDraining => drain.IsDraining;
}
