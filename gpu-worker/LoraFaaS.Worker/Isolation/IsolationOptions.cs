using System.ComponentModel.DataAnnotations;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Worker.Isolation;

/// <summary>How sandboxes and handlers are confined. Everything the machine can do is done; these say how much, and what must not be missing.</summary>
public sealed class IsolationOptions
{
    public const string Section = "Worker";

    /// <summary>
    /// Measures without which the worker does not start, separated by commas, or "all": privileges, capabilities, user, files, calls, watch,
    /// network, ipc, tmp, memory, cpu, threads. Empty: what is missing is reported and nothing more.
    /// </summary>
    public string RequireIsolation { get; set; } = "";

    /// <summary>
    /// Where the range of users begins: a confined process runs as this plus its process id (at most 4 194 304), so that no two share one.
    /// 0: all run as the worker's user.
    /// </summary>
    [Range(0, 4_000_000_000)]
    public uint UserBase { get; set; } = 2_000_000_000;

    /// <summary>Memory a sandbox may use beside its leased device bytes: the runtime, its code, tokenizer and step buffers. Less ends a sandbox that grows sooner.</summary>
    [ByteSizeText(minMebibytes: 64)]
    public string SandboxOverhead { get; set; } = "768Mi";

    /// <summary>A sandbox's share of busy processors against other sandboxes and handlers.</summary>
    [Range(1, 10_000)]
    public int CpuWeight { get; set; } = 100;

    /// <summary>
    /// Share of the machine's processors that a sandbox may use beside its turns, and a handler in all, for longer than a moment. One that uses more
    /// is logged and computes for a while only what others leave. Less holds back a spinning one sooner, and honest code that has much to do.
    /// </summary>
    [Range(0.001, 1.0)]
    public double ProcessorShare { get; set; } = 0.25;

    /// <summary>The launcher program or its dll. Empty: LoraFaaS.Launcher beside the worker, or where the repository builds it.</summary>
    public string LauncherPath { get; set; } = "";

    internal long OverheadBytes => ByteSize.TryParse(SandboxOverhead, out var size)
        ? size.Bytes
        : throw new InvalidOperationException($"'{SandboxOverhead}' was validated as a size and is none.");

    /// <summary>The measures asked for; a word that is none is left to the validator.</summary>
    internal IReadOnlyList<IsolationMeasure> Required => RequireIsolation.Trim() == "all"
        ? Enum.GetValues<IsolationMeasure>()
        : [.. Words().Where(IsMeasure).Select(word => Enum.Parse<IsolationMeasure>(word, ignoreCase: true))];

    internal IReadOnlyList<string> Unknown => RequireIsolation.Trim() == "all" ? [] : [.. Words().Where(word => !IsMeasure(word))];

    private string[] Words() => RequireIsolation.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsMeasure(string word) => Enum.GetNames<IsolationMeasure>().Contains(word, StringComparer.OrdinalIgnoreCase);
}
