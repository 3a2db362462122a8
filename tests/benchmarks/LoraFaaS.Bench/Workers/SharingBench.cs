using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Linux.Processes;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Workers;

/// <summary>N sandboxes of as many trust domains on one backbone: the sum of their proportional set sizes, the worker's own included.</summary>
internal sealed class SharingBench(ReportWriter report, string shape, int sandboxes)
{
    private const double MegaByte = 1e6;

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var models = new SyntheticModels(NamedShape.Of(shape), SyntheticModels.DefaultRoot);
        var (backbone, adapters) = await WorkerRun.PrepareAsync(folder.Path, models, [8]);
        await using var worker = await WorkerRun.StartAsync(
            folder.Path, "--Worker:DeviceMemory", "1Gi", "--Worker:SandboxFirstMemory", "16Mi", "--Worker:HostMemory", "8Gi", "--Worker:Threads", "1", "--Worker:BlankSandboxes", "0");
        var sums = new List<(int Count, double Pss, double Shared)>();

        for (var count = 1; count <= sandboxes; count++)
        {
            // Two tokens touch every weight.
            if (await worker.CallAsync(backbone, adapters[0], $"domain-{count}", "f", 16, 2) is { Problem: { } problem })
            {
                throw new InvalidOperationException($"Sandbox {count}: {problem}");
            }

            if (count is 1 or 2 or 4 or 8 or 16 || count == sandboxes)
            {
                var processes = Tree(worker.ProcessId).ToList();
                sums.Add((count, processes.Sum(id => ProcessMemory.Read(id).Pss) / MegaByte, processes.Sum(BackbonePss) / MegaByte));
                report.Add(BenchRow.Limit($"{shape}: {count} sandboxes, sum of PSS with the worker's", sums[^1].Pss, "MB"));
                report.Add(BenchRow.Limit($"    {shape}: of it the backbone", sums[^1].Shared, "MB"));
            }
        }

        var (first, last) = (sums[0], sums[^1]);
        var own = (last.Pss - last.Shared - (first.Pss - first.Shared)) / (last.Count - first.Count);
        report.Add(BenchRow.Cost($"{shape}: the backbone of {last.Count} sandboxes ÷ of one", last.Shared, "MB", first.Shared, "one sandbox's", 1.01));
        report.Add(BenchRow.Limit($"{shape}: each further sandbox, PSS without the backbone", own, "MB"));
        report.Add(BenchRow.Limit($"{shape}: the same, beyond adapters, keys and values", own - (adapters[0].Bytes / MegaByte) - KvMegaBytes(), "MB", 60));
    }

    /// <summary>18 tokens' blocks: what each sandbox has computed.</summary>
    private double KvMegaBytes()
    {
        var named = NamedShape.Of(shape);
        return 32L * named.Layers * 2 * named.KvHeads * named.HeadDim * 2 / MegaByte;
    }

    private static IEnumerable<int> Tree(int root)
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture))
            .Select(id => (Id: id, Parent: ParentOf(id))).ToLookup(pair => pair.Parent, pair => pair.Id);
        var open = new Queue<int>([root]);

        while (open.TryDequeue(out var id))
        {
            yield return id;

            foreach (var child in parents[id])
            {
                open.Enqueue(child);
            }
        }
    }

    private static int ParentOf(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal));
            return int.Parse(line.AsSpan(5).Trim(), provider: System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Its part of the mapped backbone.</summary>
    private static long BackbonePss(int id)
    {
        long sum = 0;
        var isWanted = false;

        foreach (var line in File.ReadLines($"/proc/{id}/smaps"))
        {
            if (line.Length > 0 && char.IsAsciiHexDigitLower(line[0]) && line.Contains('-', StringComparison.Ordinal))
            {
                isWanted = line.Contains("backbone-", StringComparison.Ordinal);
            }
            else if (isWanted && line.StartsWith("Pss:", StringComparison.Ordinal))
            {
                sum += 1_024 * long.Parse(line.AsSpan(4).Trim().ToString().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return sum;
    }
}
