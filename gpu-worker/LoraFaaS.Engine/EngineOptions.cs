using System.ComponentModel.DataAnnotations;
using LoraFaaS.Engine.KvCache;

namespace LoraFaaS.Engine;

/// <summary>What one engine may use and how exact it keeps its cache. Whoever builds the engine validates it.</summary>
public sealed record EngineOptions
{
    public const string Section = "Engine";

    /// <summary>Compute threads, the caller's own included. More than the cores there are makes every step slower.</summary>
    [Range(1, 256)]
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Bytes for KV pages and adapter pages together. More holds more sequences and adapters at once.</summary>
    [Range(1L << 16, 1L << 46)]
    public long DeviceBytes { get; init; } = 256L << 20;

    /// <summary>Most bytes that <see cref="DeviceBytes"/> may ever be raised to; the address range is taken at once, memory only as pages are used. 0: no more.</summary>
    [Range(0L, 1L << 46)]
    public long DeviceLimitBytes { get; init; }

    /// <summary>
    /// Bytes a page, a power of two. Smaller pages waste less on small adapters and cost more seams inside a kernel's run.
    /// See decisions/0001-page-size.md for the measurement behind the default.
    /// </summary>
    [Range(4 << 10, 4 << 20)]
    public int PageBytes { get; init; } = 16 << 10;

    /// <summary>Most tokens in one step. More prefills faster and delays the tokens of those who decode beside it.</summary>
    [Range(1, 65_536)]
    public int MaxStepTokens { get; init; } = 512;

    /// <summary>Most sequences in one step, and rows in a logits buffer.</summary>
    [Range(1, 4_096)]
    public int MaxSequences { get; init; } = 64;

    /// <summary>How keys and values are kept: bf16 halves the cache, float32 adds no rounding to it.</summary>
    public KvDtype KvDtype { get; init; } = KvDtype.BF16;

    /// <summary>Which kernels run; automatic takes the widest the CPU has.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Auto;
}
