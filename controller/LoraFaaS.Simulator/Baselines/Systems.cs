using System.Globalization;
using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>The systems that can be compared, by name.</summary>
internal static class Systems
{
    /// <summary>What a GiB-second must save by default, milliseconds: about what its idle price buys at the price of a cold second.</summary>
    public const double UsualPriceMs = 1;

    /// <summary>ServerlessLoRA's, seconds: the re-implementation's; the paper's is not published. Another one is said by <c>name@seconds</c>.</summary>
    private const double UsualKeepAlive = 60;

    private static readonly SystemSpec Alone = new() { Name = "" };
    private static readonly SystemSpec Engine = new() { Name = "", SharesBackbone = true, SharesProcess = true, AlwaysOn = true, AttachMs = 0, MostBatch = 256 };

    /// <summary>What is ours apart from deciding: blanks, overlap, one contiguous copy, a fast loader, one process for a trust domain, mixed steps.</summary>
    private static readonly SystemSpec Ours = new()
    {
        Name = "", SharesBackbone = true, SharesProcess = true, FastLoader = true, Overlaps = true, Blanks = 1, MixesPrefill = true, AttachMs = 1, CopyMsPerMegabyte = 0.05,
        MemoryUse = 0.95, JudgesQueue = true, MostBatch = 256, StepOverhead = 0.05,
    };

    public static IReadOnlyList<string> Names { get; } =
    [
        "on-demand", "fixed-10min", "serverlessllm", "instainfer", "vllm", "slora", "dlora", "serverlesslora", "serverlesslora-unshared", "plora", "plora-mixed", "plora-abort", "lorafaas", "lorafaas-idle", "lorafaas-isolated",
        "lorafaas-policy", "lorafaas-engine", "shared-10min", "unshared-10min", "foresight", "foresight-policy", "oracle", "oracle-packed", "oracle-ours",
    ];

    /// <exception cref="FormatException">No such system.</exception>
    public static (SystemSpec System, IWarmth Warmth) Of(string name, double priceMs = UsualPriceMs)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);

        if (at < 0)
        {
            return Named(name, priceMs, UsualKeepAlive);
        }

        return double.TryParse(name.AsSpan(at + 1), CultureInfo.InvariantCulture, out var seconds) && seconds >= 0 && Named(name[..at], priceMs, seconds) is var (system, warmth)
            ? (system with { Name = name }, warmth)
            : throw new FormatException($"{name}: after @ comes a keep-alive in seconds.");
    }

    private static (SystemSpec System, IWarmth Warmth) Named(string name, double priceMs, double keepAlive) => name switch
    {
        "on-demand" => (Alone with { Name = name, MostBatch = 8 }, new FixedWarmth(0)),
        "fixed-10min" => (Alone with { Name = name, MostBatch = 8 }, new FixedWarmth(600)),

        // Default keep_alive 0; a fast loader.
        "serverlessllm" => (Alone with { Name = name, FastLoader = true, MostBatch = 8 }, new FixedWarmth(0)),
        "instainfer" => (Alone with { Name = name, MostBatch = 8 }, new WindowWarmth()),

        // One engine; adapters are copied when a call needs them, and the engine waits. 35 % of memory lost to contiguous blocks.
        "vllm" => (Engine with { Name = name, CopyMsPerMegabyte = 0.45, LoadsStall = true, MemoryUse = 0.65, AdaptersInHost = true, StepOverhead = 0.2 }, new AlwaysOnWarmth()),
        "slora" => (Engine with { Name = name, CopyMsPerMegabyte = 0.42, MemoryUse = 0.68, AdaptersInHost = true, Refuses = true, StepOverhead = 0.1 }, new AlwaysOnWarmth()),
        "dlora" => (Engine with { Name = name, CopyMsPerMegabyte = 0.42, MemoryUse = 0.68, AdaptersInHost = true, StepOverhead = 0.15 }, new AlwaysOnWarmth()),
        "plora" => (Engine with { Name = name, CopyMsPerMegabyte = 0.12, MemoryUse = 0.87, AdaptersInHost = true, StepOverhead = 0.05 }, new PrefetchWarmth()),

        // The same on an engine that mixes prefill and decoding: what is left is memory and adapters.
        "plora-mixed" => (Engine with { Name = name, CopyMsPerMegabyte = 0.12, MemoryUse = 0.87, AdaptersInHost = true, MixesPrefill = true, StepOverhead = 0.05 }, new PrefetchWarmth()),

        // And with S-LoRA's early abort: what refusing alone gives.
        "plora-abort" => (Engine with { Name = name, CopyMsPerMegabyte = 0.12, MemoryUse = 0.87, AdaptersInHost = true, MixesPrefill = true, Refuses = true, StepOverhead = 0.05 }, new PrefetchWarmth()),

        "serverlesslora" => (Alone with { Name = name, SharesBackbone = true }, new DensityWarmth(keepAlive)),

        // The ablation without sharing: each process has the backbone for itself.
        "serverlesslora-unshared" => (Alone with { Name = name }, new DensityWarmth(keepAlive)),

        "lorafaas" => (Ours with { Name = name }, new PlannedWarmth(priceMs)),

        // Without plans, scaled to zero by idle time alone.
        "lorafaas-idle" => (Ours with { Name = name, AttachMs = null, CopyMsPerMegabyte = null }, new IdleWarmth(keepAlive)),

        // The same with a process for each function, as isolation: function asks for.
        "lorafaas-isolated" => (Ours with { Name = name, SharesProcess = false }, new PlannedWarmth(priceMs)),
        "foresight" => (Ours with { Name = name }, new ForesightWarmth(priceMs)),

        // Our decisions on ServerlessLoRA's mechanisms, for comparing decisions alone; and the same with foresight.
        "lorafaas-policy" => (Alone with { Name = name, SharesBackbone = true }, new PlannedWarmth(priceMs)),
        "foresight-policy" => (Alone with { Name = name, SharesBackbone = true }, new ForesightWarmth(priceMs)),

        // Ours where devices are rented as a whole, as the always-on engines are.
        "lorafaas-engine" => (
            Engine with { Name = name, CopyMsPerMegabyte = 0.05, MemoryUse = 0.95, AdaptersInHost = true, Overlaps = true, JudgesQueue = true, MixesPrefill = true, StepOverhead = 0.05 },
            new PlannedWarmth(priceMs)),
        // Our mechanisms, each function in a process of its own, and the baselines' keep-alive: with a backbone for all, and with one each.
        "shared-10min" => (Alone with { Name = name, SharesBackbone = true, FastLoader = true, Overlaps = true, Blanks = 1, AttachMs = 1, CopyMsPerMegabyte = 0.05 }, new FixedWarmth(600)),
        "unshared-10min" => (Alone with { Name = name, FastLoader = true, Overlaps = true, Blanks = 1, AttachMs = 1, CopyMsPerMegabyte = 0.05 }, new FixedWarmth(600)),

        // Foresight of when, everything brought just in time, on our mechanisms.
        "oracle-ours" => (Ours with { Name = name }, new OracleWarmth(packs: true)),
        "oracle" => (Alone with { Name = name, SharesBackbone = true }, new OracleWarmth(packs: false)),

        // Foresight of when, with the baselines' routing: fewer devices, more company on each.
        "oracle-packed" => (Alone with { Name = name, SharesBackbone = true }, new OracleWarmth(packs: true)),
        _ => throw new FormatException($"{name} is none of {string.Join(", ", Names)}."),
    };
}
