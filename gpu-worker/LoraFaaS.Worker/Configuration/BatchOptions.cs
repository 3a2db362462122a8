using System.ComponentModel.DataAnnotations;

namespace LoraFaaS.Worker.Configuration;

/// <summary>How invocations of a function are collected into batches.</summary>
public sealed class BatchOptions
{
    public const string Section = "Worker:Batching";

    /// <summary>Largest batch worth collecting.</summary>
    [Range(1, 512)]
    public int MaxBatch { get; set; } = 32;

    /// <summary>Longest an invocation may wait for company while its sandbox is busy. Spends TTFT to save device time.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Invocations of one function that may wait here, for artifacts or for a slot, before the worker answers 429.</summary>
    [Range(1, 100_000)]
    public int QueueLength { get; set; } = 1_024;
}
