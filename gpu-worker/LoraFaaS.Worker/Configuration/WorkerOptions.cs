using System.ComponentModel.DataAnnotations;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Configuration;

/// <summary>What this worker is and how much of its machine it may use.</summary>
public sealed class WorkerOptions
{
    public const string Section = "Worker";

    /// <summary>A name that survives restarts. Empty: drawn once and kept in the data folder.</summary>
    [MaxLength(128)]
    public string Id { get; set; } = "";

    /// <summary>Where the disk cache, the usage spool and the worker's memory of backbones live.</summary>
    [Required]
    public string DataPath { get; set; } = "data/worker";

    /// <summary>The controller's gRPC address, http://host:port. Empty: the worker serves what it knows and reports to nobody.</summary>
    public string ControllerRpcUrl { get; set; } = "";

    /// <summary>Bytes for KV pages and adapter pages of all sandboxes together. More holds more adapters and longer conversations at once.</summary>
    [ByteSizeText(minMebibytes: 16)]
    public string DeviceMemory { get; set; } = "1Gi";

    /// <summary>Device bytes leased to one sandbox. More lets one trust domain do more at once, and fewer trust domains at a time.</summary>
    [ByteSizeText(minMebibytes: 8)]
    public string SandboxMemory { get; set; } = "256Mi";

    /// <summary>Bytes for packed backbones and packed adapters. Less makes idle adapters come from disk again.</summary>
    [ByteSizeText(minMebibytes: 16)]
    public string HostMemory { get; set; } = "4Gi";

    /// <summary>Bytes of adapters kept on disk.</summary>
    [ByteSizeText(minMebibytes: 1)]
    public string DiskCache { get; set; } = "16Gi";

    /// <summary>
    /// Kernel threads of a sandbox. 0: half of the processors, at least two and at most as many as there are, so that two busy sandboxes fill
    /// the machine without taking turns on its cores. More makes one sandbox faster while it is the only busy one.
    /// </summary>
    [Range(0, 1_024)]
    public int Threads { get; set; }

    /// <summary>Sequences one sandbox runs at once. More raises throughput, and TPOT with it.</summary>
    [Range(1, 512)]
    public int MaxSequences { get; set; } = 32;

    /// <summary>Most tokens in one step; longer prompts are prefilled in chunks. Less keeps decoding smooth, more prefills faster.</summary>
    [Range(16, 65_536)]
    public int MaxStepTokens { get; set; } = 512;

    /// <summary>"auto"; "exact" for the fastest that computes in float32; or "avx512-bf16", "avx512", "avx2", "scalar", "scalar-bf16".</summary>
    [RegularExpression("^(auto|exact|avx512-bf16|avx512|avx2|scalar|scalar-bf16)$")]
    public string Kernels { get; set; } = "auto";

    /// <summary>The sandbox program or its dll. Empty: LoraFaaS.Sandbox beside the worker, or where the repository builds it.</summary>
    public string SandboxPath { get; set; } = "";

    /// <summary>Sandbox processes started before anybody needs one. Each costs about 30 MB and hides its start.</summary>
    [Range(0, 64)]
    public int BlankSandboxes { get; set; } = 1;

    /// <summary>A sandbox nobody used for this long is stopped. Longer keeps more device memory in few hands.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan SandboxIdle { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Longest a sandbox may take from its start to its first word.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SandboxStart { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Events a sandbox may send ahead of the caller's reading. More hides round trips, less holds a slow reader's text back sooner.</summary>
    [Range(2, 4_096)]
    public int EventCredits { get; set; } = 64;

    /// <summary>Loading time after which a streaming caller is told what it waits for, and again after each further such time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Largest request body in bytes.</summary>
    [Range(1_024, 256 << 20)]
    public int MaxBodyBytes { get; set; } = 8 << 20;

    /// <summary>Time an invocation has when the caller names no deadline.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long running invocations may still take once the worker is told to stop. Keep it below Host:ShutdownTimeout.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainGrace { get; set; } = TimeSpan.FromSeconds(15);

    internal int SandboxThreads(int processors) => Threads > 0 ? Threads : Math.Min(processors, Math.Max(2, processors / 2));

    internal ByteSize DeviceBytes => Read(DeviceMemory);

    internal ByteSize SandboxBytes => Read(SandboxMemory);

    internal ByteSize HostBytes => Read(HostMemory);

    internal ByteSize DiskBytes => Read(DiskCache);

    private static ByteSize Read(string text) =>
        ByteSize.TryParse(text, out var size) ? size : throw new InvalidOperationException($"'{text}' was validated as a size and is none.");
}
