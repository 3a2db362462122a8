using System.Diagnostics;
using LoraFaaS.Bench.Ceilings;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Checkpoints;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Bench.Inference;

/// <summary>From a checkpoint's file to a packed segment, as a worker does it: the file in the page cache, and not in it.</summary>
internal sealed class LoadBench(SyntheticModels models, Action<BenchRow> add, int rounds)
{
    private readonly string _file = Path.Combine(models.Backbone, "model.safetensors");

    public void Run()
    {
        var warm = Interleaved.Medians(
            rounds, () => PackOnce(isHashed: false), () => PackOnce(isHashed: true), () => CopyRate.Measure(_file, Environment.ProcessorCount));
        add(BenchRow.Rate("load of a verified folder, page cache warm", warm[0] / 1e9, "GB/s", warm[2] / 1e9, "copying the file to fresh memory", 0.8));
        add(BenchRow.Rate("first load, which counts the digest, page cache warm", warm[1] / 1e9, "GB/s", warm[2] / 1e9, "copying the file to fresh memory"));

        var cold = Interleaved.Medians(rounds, () => Cold(isHashed: false), () => Cold(isHashed: true), () => DiskRate.Measure(_file));
        add(BenchRow.Rate("load of a verified folder, page cache cold", cold[0] / 1e9, "GB/s", cold[2] / 1e9, "direct reads, in parallel", 0.8));
        add(BenchRow.Rate("first load, which counts the digest, page cache cold", cold[1] / 1e9, "GB/s", cold[2] / 1e9, "direct reads, in parallel"));

        // What comes next finds it as it was.
        CopyRate.Measure(_file, Environment.ProcessorCount);
    }

    private double Cold(bool isHashed)
    {
        FileCache.Drop(_file);
        return PackOnce(isHashed);
    }

    /// <summary>Bytes of the file a second.</summary>
    private double PackOnce(bool isHashed)
    {
        using var checkpoint = Checkpoint.Open(models.Backbone).ValueOrThrow();
        var begun = Stopwatch.GetTimestamp();
        var bytes = BackbonePacker.Measure(checkpoint);
        using var memory = UnsealedMemory.Create("bench-load", bytes);
        var address = memory.Memory.DangerousGetHandle();
        if (isHashed)
        {
            BackbonePacker.PackAndHash(checkpoint, address, bytes, PackPrecision.Exact, null, CancellationToken.None);
        }
        else
        {
            BackbonePacker.Pack(checkpoint, address, bytes, PackPrecision.Exact, null, CancellationToken.None);
        }

        return new FileInfo(_file).Length / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
