using System.Diagnostics;
using LoraFaaS.Bench.Ceilings;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Checkpoints;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Bench.Inference;

/// <summary>
/// From a checkpoint's file to a packed segment, as a worker does it: the file in the page cache, and not in it. Beside each load stands what its parts take alone, so
/// that a load which is slower than the disk says whose time it is.
/// </summary>
internal sealed class LoadBench(SyntheticModels models, Action<BenchRow> add, int rounds)
{
    private const string Copying = "copying the file to fresh memory";
    private const string Reading = "direct reads, in parallel";

    private readonly string _file = Path.Combine(models.Backbone, "model.safetensors");
    private readonly int _threads = Environment.ProcessorCount;

    /// <summary>A load of a tenth of a second is at the mercy of each hesitation of the machine, and is soon made again.</summary>
    private int Rounds => new FileInfo(_file).Length < 1L << 30 ? 3 * rounds : rounds;

    public void Run()
    {
        var bytes = SegmentBytes();
        var hash = Interleaved.Median(Enumerable.Range(0, rounds).Select(_ => HashRate.Measure()));
        Warm(bytes, hash);
        Cold(bytes, hash);

        // What comes next finds it as it was.
        CopyRate.Measure(_file, _threads);
    }

    private void Warm(long bytes, double hash)
    {
        var warm = Measure(
            bytes,
            () => PackOnce(isHashed: false).Rate,
            () => PackOnce(isHashed: true).Rate,
            () => CopyRate.Measure(_file, _threads),
            () => CopyRate.ToSegment(_file, _threads),
            () => PageRate.Measure(bytes, _threads),
            () => PackOnce(isHashed: false, hasPages: true).Rate,
            () => CopyRate.ToPages(_file, _threads),
            () => PackOnce(isHashed: false, isWritten: false).Rate);
        var medians = Array.ConvertAll(warm, Interleaved.Median);
        var (plain, first, copy, segment, pages, ready, toPages, laid) = (medians[0], medians[1], medians[2], medians[3], medians[4], medians[5], medians[6], medians[7]);
        add(BenchRow.Rate("load of a verified folder, page cache warm", plain / 1e9, "GB/s", copy / 1e9, Copying, 0.8));
        add(BenchRow.Rate("    the fastest of each", warm[0].Max() / 1e9, "GB/s", warm[2].Max() / 1e9, Copying));
        add(BenchRow.Rate("    with every piece laid in place and none written as to a file", laid / 1e9, "GB/s", copy / 1e9, Copying));
        add(BenchRow.Rate("    copying the file to a fresh segment, which sandboxes can share", segment / 1e9, "GB/s", copy / 1e9, Copying));
        add(BenchRow.Rate("    the load, of that", plain / 1e9, "GB/s", segment / 1e9, "copying the file to a fresh segment"));
        add(BenchRow.Rate("    a fresh segment's pages alone, all threads", pages / 1e9, "GB/s", copy / 1e9, Copying));
        add(BenchRow.Rate("    into a segment that has its pages", ready / 1e9, "GB/s", toPages / 1e9, "copying the file to a segment that has its pages"));
        AddFirst("warm", first, copy, Copying, 1 / plain, hash);
    }

    private void Cold(long bytes, double hash)
    {
        var processor = new List<double>();
        var cold = Measure(
            bytes,
            () =>
            {
                var taken = Cold(isHashed: false);
                processor.Add(taken.Processor * taken.Rate);
                return taken.Rate;
            },
            () => Cold(isHashed: true).Rate,
            () => Cold(isHashed: false, hasPages: true).Rate,
            () => Cold(isHashed: false, hasPages: true).Processor,
            () => DiskRate.Measure(_file),
            () => PageRate.Measure(bytes, _threads));
        var medians = Array.ConvertAll(cold, Interleaved.Median);
        var (plain, first, ready, packing, disk, pages) = (medians[0], medians[1], medians[2], medians[3], medians[4], medians[5]);
        var least = Math.Max(1 / disk, packing / _threads + 1 / pages);
        add(BenchRow.Rate("load of a verified folder, page cache cold", plain / 1e9, "GB/s", disk / 1e9, Reading, 0.8));
        add(BenchRow.Rate("    into a segment that has its pages", ready / 1e9, "GB/s", disk / 1e9, Reading));
        add(BenchRow.Rate("    a fresh segment's pages alone, all threads", pages / 1e9, "GB/s", disk / 1e9, Reading));
        add(BenchRow.Rate("    processors busy in the load", Interleaved.Median(processor.Skip(1)), "processors", _threads, "all"));
        add(BenchRow.Rate("    the load, by what the processors have to do", plain / 1e9, "GB/s", 1 / least / 1e9, $"processor time of packing ({packing * 1e9:0.00} s a GB) and pages, {_threads} threads"));
        AddFirst("cold", first, disk, Reading, least, hash);
    }

    /// <param name="without">Seconds a byte on all threads that a load without its digest takes.</param>
    private void AddFirst(string cache, double figure, double ceiling, string ceilingName, double without, double hash)
    {
        add(BenchRow.Rate($"first load, which counts the digest, page cache {cache}", figure / 1e9, "GB/s", ceiling / 1e9, ceilingName));
        add(BenchRow.Rate(
            "    the same, by what the processors have to do", figure / 1e9, "GB/s", 1 / Math.Max(1 / hash, without + 1 / hash / _threads) / 1e9,
            $"the load without it, and SHA-256 ({hash / 1e9:0.00} GB/s a thread), {_threads} threads"));
    }

    /// <summary>
    /// Turn by turn, each with as much memory freed a moment before: on a virtual machine whose host takes freed memory back, pages that were free for a second cost several
    /// times those just freed, and who comes after a short probe would pay for it.
    /// </summary>
    private double[][] Measure(long bytes, params ReadOnlySpan<Func<double>> probes) => Interleaved.Values(Rounds, [.. probes.ToArray().Select(probe => (Func<double>)(() =>
    {
        PageRate.Measure(bytes, _threads);
        return probe();
    }))]);

    private (double Rate, double Processor) Cold(bool isHashed, bool hasPages = false)
    {
        FileCache.Drop(_file);
        return PackOnce(isHashed, hasPages);
    }

    /// <param name="hasPages">The segment was given its pages before, and that is not counted.</param>
    /// <param name="isWritten">Some pieces are written to the segment as to a file, as a worker has it.</param>
    /// <returns>Bytes of the file a second, and seconds of processor time a byte.</returns>
    private (double Rate, double Processor) PackOnce(bool isHashed, bool hasPages = false, bool isWritten = true)
    {
        using var checkpoint = Checkpoint.Open(models.Backbone).ValueOrThrow();
        using var memory = UnsealedMemory.Create("bench-load", SegmentBytes());
        if (hasPages)
        {
            memory.Memory.Advise(MemoryAdvice.PopulateWrite);
        }

        var target = new PackTarget(memory.Memory.DangerousGetHandle(), memory.Memory.Length, isWritten ? memory.Descriptor : null);
        var before = Environment.CpuUsage.TotalTime;
        var begun = Stopwatch.GetTimestamp();
        BackbonePacker.Pack(checkpoint, target, PackPrecision.Exact, isHashed, long.MaxValue, null, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var bytes = new FileInfo(_file).Length;
        return (bytes / took, (Environment.CpuUsage.TotalTime - before).TotalSeconds / bytes);
    }

    private long SegmentBytes()
    {
        using var checkpoint = Checkpoint.Open(models.Backbone).ValueOrThrow();
        return BackbonePacker.Measure(checkpoint);
    }
}
