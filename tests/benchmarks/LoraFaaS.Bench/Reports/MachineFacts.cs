using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace LoraFaaS.Bench.Reports;

/// <summary>What the figures were taken on.</summary>
internal sealed record MachineFacts(string Cpu, int Cores, long MemoryBytes, string Instructions, string Runtime)
{
    public static MachineFacts Read() => new(
        Line("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        1024 * long.Parse(Line("/proc/meminfo", "MemTotal").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture),
        ReadInstructions(),
        RuntimeInformation.FrameworkDescription);

    /// <summary>The one-minute load average.</summary>
    public static double Load() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static string ReadInstructions()
    {
        var flags = Line("/proc/cpuinfo", "flags").Split(' ').ToHashSet(StringComparer.Ordinal);
        var known = new[] { "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_bf16" };
        var has = string.Join(' ', known.Where(flags.Contains));
        return Avx512F.IsSupported || !flags.Contains("avx512f") ? has : has + " (AVX-512 switched off in the runtime)";
    }

    private static string Line(string file, string key) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "0";
}
