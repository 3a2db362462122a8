using System.ComponentModel.DataAnnotations;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Turns;
using LoraFaaS.Worker.Offloading;

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

    /// <summary>The controller's gRPC address, http://host:port, or those of several with commas between. Empty: the worker serves what it knows and reports to nobody.</summary>
    public string ControllerRpcUrl { get; set; } = "";

    /// <summary>Bytes for KV pages and adapter pages of all sandboxes together. More holds more adapters and longer conversations at once.</summary>
    [ByteSizeText(minMebibytes: 16)]
    public string DeviceMemory { get; set; } = "1Gi";

    /// <summary>Most device bytes one sandbox may be leased. More lets one trust domain do more at once, and leaves others less.</summary>
    [ByteSizeText(minMebibytes: 8)]
    public string SandboxMemory { get; set; } = "512Mi";

    /// <summary>
    /// Device bytes a sandbox starts with; it is leased more as it needs more, and gives back what others need more. More saves it asking, less lets
    /// more trust domains be there at once. At most SandboxMemory is taken.
    /// </summary>
    [ByteSizeText(minMebibytes: 2)]
    public string SandboxFirstMemory { get; set; } = "16Mi";

    /// <summary>Who makes room on a full device: what is worth least by the byte (Density), the sandbox idle longest (Oldest), or nobody (None).</summary>
    public OffloadMode Offloading { get; set; } = OffloadMode.Density;

    /// <summary>
    /// Bytes for packed backbones and packed adapters. Less makes idle adapters come from disk again. While a backbone is loaded, what it is read into is counted too: up to
    /// 4 MiB × 2 × (4 + cores), no more than half of what is free then, and at the least a mebibyte and a half.
    /// </summary>
    [ByteSizeText(minMebibytes: 16)]
    public string HostMemory { get; set; } = "4Gi";

    /// <summary>
    /// Most memory kept at hand for the next cold start, beside the budgets: as much as the largest so far touched, from its end on; and at most as much again in each
    /// blank sandbox, for its first lease. More lets larger adapters come into memory that need not first be fetched from the machine's host; 0 keeps none.
    /// </summary>
    [ByteSizeText(minMebibytes: 0)]
    public string ReserveMemory { get; set; } = "128Mi";

    /// <summary>
    /// Disk space kept ahead for what invocations used. A full disk is noticed this much early: with less than half of it left the worker asks for more, and
    /// with none left it refuses invocations rather than serve them unmetered. 4Mi are some 3 000 at once.
    /// </summary>
    [ByteSizeText(minMebibytes: 0)]
    public string UsageReserve { get; set; } = "4Mi";

    /// <summary>
    /// False: every sandbox is given a packed copy of the backbone of its own, loaded when it starts. For measuring what sharing saves, and for those whose
    /// rules allow no common pages; each copy takes HostMemory.
    /// </summary>
    public bool ShareBackbone { get; set; } = true;

    /// <summary>Bytes of adapters kept on disk.</summary>
    [ByteSizeText(minMebibytes: 1)]
    public string DiskCache { get; set; } = "16Gi";

    /// <summary>
    /// Bytes of prompt prefixes kept on disk behind the host's memory, enciphered with a key that only this process has: what another finds there is noise, and the next start removes it.
    /// More spares computing again what the host had no room for; 0 writes none.
    /// </summary>
    [ByteSizeText(minMebibytes: 0)]
    public string PrefixDisk { get; set; } = "1Gi";

    /// <summary>Free space of the data folder's disk that prompt prefixes leave to everything else: where there would be less, none is written.</summary>
    [ByteSizeText(minMebibytes: 0)]
    public string PrefixDiskReserve { get; set; } = "2Gi";

    /// <summary>
    /// Kernel threads of a sandbox. 0: as many as there are processors, since sandboxes take turns; where they do not take turns, half of
    /// them, at least two, so that two busy ones fill the machine. More makes one sandbox faster while it is the only busy one.
    /// </summary>
    [Range(0, 1_024)]
    public int Threads { get; set; }

    /// <summary>
    /// Sandboxes step in turns, in an order that promises and fair shares decide, each alone with all its threads or a few at once with a part of them
    /// (TurnLanes). False: they run beside each other as the kernel's scheduler lets them.
    /// </summary>
    public bool TakeTurns { get; set; } = true;

    /// <summary>
    /// Sandboxes that may step at once where several want to, each with its part of the threads; one that is alone has all of them. More gives more tokens in all, and longer steps.
    /// </summary>
    [Range(1, 16)]
    public int TurnLanes { get; set; } = 2;

    /// <summary>How long a turn of steps shorter than this goes on while others can spare it; zero: a turn is one step.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan TurnQuantum { get; set; } = TurnSlicePolicy.Quantum;

    /// <summary>Longest a sandbox may keep a turn that others wait for, before they go on without it. Longer than any step.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan TurnLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How much counting and packing adapters gives way to sandboxes that compute, as a nice value. More disturbs running sequences less, and makes a load
    /// on a busy machine take longer; 0 shares the processors evenly.
    /// </summary>
    [Range(0, 19)]
    public int LoadNice { get; set; } = 15;

    /// <summary>
    /// In which share of the time adapters are packed while sequences run. More brings a crowd of adapters sooner; less disturbs running sequences less. A load that comes alone waits
    /// for none, and 1 lets each begin when it comes.
    /// </summary>
    [Range(0.05, 1)]
    public double LoadShare { get; set; } = 0.15;

    /// <summary>Sequences one sandbox runs at once. More raises throughput, and TPOT with it.</summary>
    [Range(1, 512)]
    public int MaxSequences { get; set; } = 32;

    /// <summary>
    /// Most tokens in one step; longer prompts are prefilled in chunks. Counts while nobody decodes beside it: then measured step times
    /// make the chunks small enough for those who wait for their next token. More prefills faster and takes memory for the activations.
    /// </summary>
    [Range(16, 65_536)]
    public int MaxStepTokens { get; set; } = 512;

    /// <summary>"auto"; "exact" for the fastest that computes in float32; or "avx512-bf16", "avx512", "avx2", "scalar", "scalar-bf16".</summary>
    [RegularExpression("^(auto|exact|avx512-bf16|avx512|avx2|scalar|scalar-bf16)$")]
    public string Kernels { get; set; } = "auto";

    /// <summary>
    /// "stored": backbones are served in the precision they are stored in. "int8": their matrices are quantised in groups when they are packed, which
    /// halves their bytes and nearly doubles decoding, for an error that <c>lorafaas bench quality</c> measures. Adapters stay as they are.
    /// </summary>
    [RegularExpression("^(stored|int8)$")]
    public string Weights { get; set; } = "stored";

    /// <summary>
    /// "changed": a backbone's digest is counted when it is first loaded, and again when the file system says that one of its files is another or was changed.
    /// "always": at each load, which takes about twice as long.
    /// </summary>
    [RegularExpression("^(changed|always)$")]
    public string VerifyBackbones { get; set; } = "changed";

    /// <summary>
    /// "changed": the digest of an adapter on disk is counted once, when it is fetched or first loaded, and again when the file system says that the file is another or was
    /// changed. "always": at each load from disk.
    /// </summary>
    [RegularExpression("^(changed|always)$")]
    public string VerifyAdapters { get; set; } = "changed";

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

    /// <summary>
    /// A sandbox that answers no ping for this long is ended and its streams go on in another. Less notices a hung one sooner, and takes one
    /// for hung that only had no processor for so long.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan SandboxSilence { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for one that answers while its engine's loop does not come round: longer than the longest step.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SandboxStall { get; set; } = TimeSpan.FromMinutes(2);

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

    internal int SandboxThreads(int processors) => Threads > 0 ? Threads : TakeTurns ? processors : Math.Min(processors, Math.Max(2, processors / 2));

    internal ByteSize DeviceBytes => Read(DeviceMemory);

    internal ByteSize SandboxBytes => Read(SandboxMemory);

    internal ByteSize FirstLeaseBytes => Read(SandboxFirstMemory) < SandboxBytes ? Read(SandboxFirstMemory) : SandboxBytes;

    internal ByteSize HostBytes => Read(HostMemory);

    internal ByteSize ReserveBytes => Read(ReserveMemory);

    internal ByteSize UsageReserveBytes => Read(UsageReserve);

    internal ByteSize DiskBytes => Read(DiskCache);

    internal ByteSize PrefixDiskBytes => Read(PrefixDisk);

    internal ByteSize PrefixDiskReserveBytes => Read(PrefixDiskReserve);

    private static ByteSize Read(string text) =>
        ByteSize.TryParse(text, out var size) ? size : throw new InvalidOperationException($"'{text}' was validated as a size and is none.");
}
