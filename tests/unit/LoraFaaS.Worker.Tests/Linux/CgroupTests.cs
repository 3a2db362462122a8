using LoraFaaS.Linux.Cgroups;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Worker.Tests.Linux;

public sealed class CgroupTests
{
    private const string UnifiedMount = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";

    [Fact]
    public void One_tree_for_everything_is_found_with_what_it_offers()
    {
        var place = Assert.Single(CgroupPlaces.Read(["0::/system.slice/worker.service"], [UnifiedMount], _ => ["cpuset", "cpu", "io", "memory", "pids"]));

        Assert.Equal("/sys/fs/cgroup/system.slice/worker.service", place.Folder);
        Assert.True(place.IsUnified);
        Assert.Equal([CgroupController.Cpu, CgroupController.Memory, CgroupController.Pids], place.Controllers);
    }

    [Fact]
    public void A_tree_each_is_found_where_each_is_mounted()
    {
        string[] mounts =
        [
            "35 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
            "36 30 0:32 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
            "37 30 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
        ];

        var places = CgroupPlaces.Read(["4:memory:/docker/abc", "2:cpu,cpuacct:/", "1:name=systemd:/", "0::/"], mounts, _ => []);

        Assert.Equal(["/sys/fs/cgroup/memory/docker/abc", "/sys/fs/cgroup/cpu,cpuacct"], places.Select(place => place.Folder));
        Assert.All(places, place => Assert.False(place.IsUnified));
    }

    [Fact]
    public void A_container_that_sees_a_part_of_the_tree_starts_from_there()
    {
        string[] mounts = ["35 30 0:31 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"];

        Assert.Equal("/sys/fs/cgroup/memory/inner", Assert.Single(CgroupPlaces.Read(["4:memory:/docker/abc/inner"], mounts, _ => [])).Folder);
        Assert.Empty(CgroupPlaces.Read(["4:memory:/docker/abcd"], mounts, _ => []));
    }

    [Fact]
    public void Limits_of_the_one_tree_are_its_files()
    {
        using var folder = new TempFolder();
        var root = folder.Folder("cgroup");
        File.WriteAllText(Path.Combine(root, "cgroup.subtree_control"), "cpu memory pids\n");
        var own = Directory.CreateDirectory(Path.Combine(root, "worker")).FullName;
        File.WriteAllText(Path.Combine(own, "cgroup.subtree_control"), "cpu memory pids\n");
        var place = new CgroupPlace(root, IsUnified: true, [CgroupController.Cpu, CgroupController.Memory, CgroupController.Pids]);

        var procs = new CgroupTree([place], "worker").Create(place, "sandbox-1", new CgroupLimits(1 << 30, 100, 64));

        var group = Path.Combine(own, "sandbox-1");
        Assert.Equal(Path.Combine(group, "cgroup.procs"), procs);
        Assert.Equal("1073741824", File.ReadAllText(Path.Combine(group, "memory.max")));
        Assert.Equal("100", File.ReadAllText(Path.Combine(group, "cpu.weight")));
        Assert.Equal("64", File.ReadAllText(Path.Combine(group, "pids.max")));
    }

    [Fact]
    public void A_thread_goes_into_a_group_of_its_own_and_back()
    {
        using var folder = new TempFolder();
        var root = folder.Folder("cpu");
        var place = new CgroupPlace(root, IsUnified: false, [CgroupController.Cpu]);

        using (var thread = CgroupThread.TryEnter([place], Path.Combine("worker", "loads"), 18))
        {
            Assert.NotNull(thread);
            Assert.Equal("18", File.ReadAllText(Path.Combine(root, "worker", "loads", "cpu.shares")));
            Assert.Equal("0", File.ReadAllText(Path.Combine(root, "worker", "loads", "tasks")));
            Assert.False(File.Exists(Path.Combine(root, "tasks")));
        }

        Assert.Equal("0", File.ReadAllText(Path.Combine(root, "tasks")));
        Assert.Null(CgroupThread.TryEnter([place with { IsUnified = true }], "worker/loads", 18));
        Assert.Null(CgroupThread.TryEnter([place with { Controllers = [CgroupController.Memory] }], "worker/loads", 18));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_group_refused_is_read_in_both_kinds_of_tree(bool isUnified)
    {
        using var folder = new TempFolder();
        var root = folder.Folder("cgroup");
        var group = Directory.CreateDirectory(Path.Combine(root, "worker", "sandbox-1")).FullName;
        var place = new CgroupPlace(root, isUnified, [CgroupController.Cpu, CgroupController.Memory, CgroupController.Pids]);
        var tree = new CgroupTree([place], "worker");
        Assert.Equal(default, tree.Read("sandbox-1"));

        File.WriteAllText(Path.Combine(group, "pids.events"), "max 7\n");
        File.WriteAllText(Path.Combine(group, isUnified ? "memory.events" : "memory.oom_control"), "low 0\nmax 12\noom 3\noom_kill_disable 0\noom_kill 2\n");
        File.WriteAllText(Path.Combine(group, "memory.failcnt"), "12\n");

        Assert.Equal(new CgroupEvents(12, 2, 7), tree.Read("sandbox-1"));
        Assert.Equal(default, tree.Read("nobody"));
    }

    [Theory]
    [InlineData(true, "memory.max")]
    [InlineData(false, "memory.limit_in_bytes")]
    public void A_memory_limit_moves_while_the_group_is_in_use(bool isUnified, string file)
    {
        using var folder = new TempFolder();
        var root = folder.Folder("cgroup");
        var group = Directory.CreateDirectory(Path.Combine(root, "worker", "sandbox-1")).FullName;
        var tree = new CgroupTree([new CgroupPlace(root, isUnified, [CgroupController.Memory])], "worker");

        Assert.True(tree.TryLimitMemory("sandbox-1", 1 << 20));
        Assert.Equal("1048576", File.ReadAllText(Path.Combine(group, file)));
        Assert.True(tree.TryLimitMemory("sandbox-1", 1 << 30));
        Assert.Equal("1073741824", File.ReadAllText(Path.Combine(group, file)));
        Assert.True(tree.TryLimitMemory("nobody", 1 << 20));
    }

    [Fact]
    public void Coming_last_is_the_idle_class_where_there_is_one()
    {
        using var folder = new TempFolder();
        var root = folder.Folder("cgroup");
        var group = Directory.CreateDirectory(Path.Combine(root, "worker", "sandbox-1")).FullName;
        var tree = new CgroupTree([new CgroupPlace(root, IsUnified: false, [CgroupController.Cpu])], "worker");

        Assert.True(tree.TrySetLast("sandbox-1", isLast: true, 100));
        Assert.Equal("10", File.ReadAllText(Path.Combine(group, "cpu.shares")));
        File.WriteAllText(Path.Combine(group, "cpu.idle"), "0");
        Assert.True(tree.TrySetLast("sandbox-1", isLast: true, 100));
        Assert.Equal("1", File.ReadAllText(Path.Combine(group, "cpu.idle")));
        Assert.True(tree.TrySetLast("sandbox-1", isLast: false, 100));
        Assert.Equal("0", File.ReadAllText(Path.Combine(group, "cpu.idle")));
        Assert.Equal("1024", File.ReadAllText(Path.Combine(group, "cpu.shares")));
        Assert.False(tree.TrySetLast("nobody", isLast: true, 100));
    }
}
