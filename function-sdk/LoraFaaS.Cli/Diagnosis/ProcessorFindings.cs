using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Cli.Diagnosis;

/// <summary>What the processor can do, from the texts of <c>/proc/cpuinfo</c> and <c>/proc/meminfo</c>.</summary>
internal static class ProcessorFindings
{
    private const long LeastBytes = 2L << 30;

    public static Finding Kernels(string cpuinfo)
    {
        var line = cpuinfo.Split('\n').FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "";
        var flags = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var wide = flags.Contains("avx512f") && flags.Contains("avx512bw") && flags.Contains("avx512vl");

        return (wide, flags.Contains("avx512_bf16"), flags.Contains("avx2") && flags.Contains("fma")) switch
        {
            (true, true, _) => Finding.Good("kernels", $"avx512-bf16{(flags.Contains("avx512_vnni") ? ", int8 by VNNI" : "")}"),
            (true, false, _) => Finding.Limited("kernels", "avx512", "bf16 weights are widened to float32: prefill runs at about half of what AVX512-BF16 gives."),
            (false, _, true) => Finding.Limited("kernels", "avx2", "256-bit arithmetic: slower than AVX-512, the same answers."),
            _ => Finding.Limited("kernels", "scalar", "No vector instructions known here: right answers, for trying out only."),
        };
    }

    public static Finding Memory(string meminfo)
    {
        var line = meminfo.Split('\n').FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var bytes = line is not null && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out var kilobytes) ? kilobytes << 10 : 0;
        var found = $"{new ByteSize(bytes)} available";

        return bytes >= LeastBytes
            ? Finding.Good("memory", found)
            : Finding.Limited("memory", found, $"The demo wants about {new ByteSize(LeastBytes)}; give less to the worker with --device-memory.");
    }
}
