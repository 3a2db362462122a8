using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Linux.Cgroups;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Worker.Tests.Linux;

/// <summary>cgroup v2 of the kernel that the tests run on, beside v1 or alone. Where it offers nothing, or not to us, the reason is in the skip.</summary>
public sealed class UnifiedCgroupTests
{
    [Fact]
    public async Task A_group_takes_a_process_in_stays_while_it_runs_and_goes_after_it()
    {
        var place = Unified() with { Controllers = [] };
        var tree = new CgroupTree([place], Name());
        var procs = Make(tree, place);
        using var process = Process.Start("sleep", "600");

        try
        {
            Enter(procs, process);
            Assert.Equal(process.Id.ToString(CultureInfo.InvariantCulture), (await File.ReadAllTextAsync(procs)).Trim());
            Assert.Contains("populated 1", await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(procs)!, "cgroup.events")), StringComparison.Ordinal);
            Assert.False(tree.TryRemove("sandbox-1"));
            Assert.False(tree.TryRemove());
            Assert.Equal(default, tree.Read("sandbox-1"));
        }
        finally
        {
            process.Kill();
            await Patience.ForAsync(process.WaitForExitAsync());
            await Patience.UntilAsync(() => tree.TryRemove());
        }

        Assert.All(tree.Folders, folder => Assert.False(Directory.Exists(folder)));
    }

    [Fact]
    public async Task Limits_are_what_the_kernel_says_they_are()
    {
        var place = Unified();
        Assert.SkipUnless(place.Controllers.Count > 0, "cgroup v2 offers none of memory, cpu and pids here: they are bound to v1, or not handed on to us.");
        var tree = new CgroupTree([place], Name());
        var group = Path.GetDirectoryName(Make(tree, place))!;

        try
        {
            var expected = new Dictionary<CgroupController, (string File, string Value)>
            {
                [CgroupController.Memory] = ("memory.max", "1073741824"), [CgroupController.Cpu] = ("cpu.weight", "100"), [CgroupController.Pids] = ("pids.max", "64"),
            };

            foreach (var controller in place.Controllers)
            {
                Assert.Equal(expected[controller].Value, (await File.ReadAllTextAsync(Path.Combine(group, expected[controller].File))).Trim());
            }
        }
        finally
        {
            await Patience.UntilAsync(() => tree.TryRemove());
        }
    }

    private static CgroupPlace Unified()
    {
        var place = CgroupPlaces.Read(File.ReadAllLines("/proc/self/cgroup"), File.ReadAllLines("/proc/self/mountinfo"), _ => ["memory"]).FirstOrDefault(place => place.IsUnified);
        Assert.SkipUnless(place is not null && File.Exists(Path.Combine(place.Folder, "cgroup.controllers")), "No cgroup v2 is mounted here that this process is in.");
        var offered = File.ReadAllText(Path.Combine(place!.Folder, "cgroup.controllers")).Split([' ', '\n']);
        return place with { Controllers = [.. Enum.GetValues<CgroupController>().Where(controller => offered.Contains(controller.ToString().ToLowerInvariant()))] };
    }

    private static string Name() => $"lorafaas-test-{Guid.NewGuid():N}";

    private static string Make(CgroupTree tree, CgroupPlace place)
    {
        try
        {
            return tree.Create(place, "sandbox-1", new CgroupLimits(1 << 30, 100, 64));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            tree.TryRemove();
            Assert.Skip($"cgroup v2 is not ours to make groups in: {refused.Message}");
            throw;
        }
    }

    private static void Enter(string procs, Process process)
    {
        try
        {
            File.WriteAllText(procs, process.Id.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"cgroup v2 takes no process of ours in: {refused.Message}");
        }
    }
}
