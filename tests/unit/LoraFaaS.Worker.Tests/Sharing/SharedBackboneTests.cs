using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Linux.Processes;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Worker.Tests.Sharing;

/// <summary>
/// N sandboxes cost one backbone. Three sandboxes serve a synthetic backbone of about 100 MB, then one of about 400 MB; what each has to
/// itself must not grow with it.
/// </summary>
public sealed class SharedBackboneTests
{
    private const int SmallLayers = 13;
    private const int LargeLayers = 52;
    private const int Sandboxes = 3;

    [Fact]
    public async Task What_a_sandbox_has_to_itself_does_not_grow_with_the_backbone()
    {
        var small = await MeasureAsync(SmallLayers);
        var large = await MeasureAsync(LargeLayers);
        var added = large.BackboneBytes - small.BackboneBytes;
        var limit = added / 100;

        Assert.InRange(added, 290_000_000, 310_000_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"added {added:n0} B; small {small}; large {large}");
        Assert.True(large.MeanPrivateDirty - small.MeanPrivateDirty < limit, $"Private_Dirty grew by {large.MeanPrivateDirty - small.MeanPrivateDirty:n0} B, limit {limit:n0} B");

        // Proportional sizes add up: what the three hold beyond their one shared backbone. Library files are left out: how their share
        // falls depends on which other .NET programs run at the moment (seen: 12 MB when a compiler ended between the two measurements).
        var redundancy = (large.SumPss - large.SharedPss) - (small.SumPss - small.SharedPss);
        Assert.True(redundancy < limit * Sandboxes, $"Beyond the backbone, the proportional sizes grew by {redundancy:n0} B, limit {limit * Sandboxes:n0} B");
    }

    private static async Task<Measured> MeasureAsync(int layers)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        var checkpoint = folder.Folder("backbone");
        SyntheticBackbone.Write(checkpoint, layers);
        var digest = Digest.FromHash((await CheckpointDigest.ComputeAsync(checkpoint, token)).ValueOrThrow());

        // Without blanks every sandbox is given its backbone at once: one that waited longer has compiled more, which is no matter of the backbone's size.
        await using var worker = await WorkerUnderTest.StartAsync(folder, null, "--Worker:HostMemory", "2Gi", "--Worker:BlankSandboxes", "0");
        worker.Get<BackboneCatalogue>().Know(new KnownBackbone(digest, "synthetic", checkpoint));

        for (var i = 0; i < Sandboxes; i++)
        {
            // Two tokens touch every weight.
            var answer = await worker.GenerateAsync(Demo.Request(digest, null, "hello there", $"domain-{i}", maxTokens: 2), token);
            Assert.Equal(200, answer.Status);
        }

        var packed = Assert.IsType<Loading<PackedBackbone>.Ready>(await Patience.ForAsync(worker.Get<BackboneStore>().EnsureAsync(digest, token))).Value;
        Assert.Equal(Errno.NotPermitted, Assert.Throws<LinuxException>(() => MappedMemory.OfFile(packed.Segment.Descriptor, packed.Segment.Length, MemoryAccess.Write)).Errno);

        var pids = worker.Supervisor.Resident.Select(sandbox => sandbox.ProcessId).ToList();
        Assert.Equal(Sandboxes, pids.Distinct().Count());
        var whole = pids.Select(ProcessMemory.Read).ToList();
        var shared = pids.Sum(pid => MappingPss(pid, "/memfd:backbone-"));
        return new Measured(packed.Segment.Length, whole.Sum(memory => memory.PrivateDirty) / Sandboxes, whole.Sum(memory => memory.Pss - memory.PssFile), shared);
    }

    /// <summary>The Pss of the mappings of one name, from /proc/PID/smaps.</summary>
    private static long MappingPss(int processId, string name)
    {
        long sum = 0;
        var isWanted = false;

        foreach (var line in File.ReadLines($"/proc/{processId}/smaps"))
        {
            if (line.Contains('-', StringComparison.Ordinal) && line.Contains(" r", StringComparison.Ordinal) || line.Contains("---", StringComparison.Ordinal))
            {
                isWanted = line.Contains(name, StringComparison.Ordinal);
            }
            else if (isWanted && line.StartsWith("Pss:", StringComparison.Ordinal))
            {
                sum += long.Parse(line.AsSpan(4).Trim().ToString().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) * 1024;
            }
        }

        return sum;
    }

    private sealed record Measured(long BackboneBytes, long MeanPrivateDirty, long SumPss, long SharedPss);
}
