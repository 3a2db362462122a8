using System.Diagnostics;

namespace LoraFaaS.Worker;

/// <summary>The worker's spans: load, queue and generate, under the caller's trace.</summary>
internal static class WorkerTelemetry
{
    public const string Name = "LoraFaaS.Worker";

    public static readonly ActivitySource Source = new(Name);
}
