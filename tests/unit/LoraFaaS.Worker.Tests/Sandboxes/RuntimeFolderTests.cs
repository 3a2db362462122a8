using LoraFaaS.TestKit.Files;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Worker.Tests.Sandboxes;

public sealed class RuntimeFolderTests : IDisposable
{
    private readonly TempFolder _parent = new();

    [Fact]
    public void What_a_killed_worker_left_behind_is_removed()
    {
        var leftover = LeaveBehind();

        using var folder = Create();

        Assert.False(Directory.Exists(leftover));
        Assert.True(Directory.Exists(folder.Path));
    }

    [Fact]
    public void A_killed_workers_control_groups_go_with_its_folder_and_nothing_of_another_name_does()
    {
        var strange = Directory.CreateDirectory(Path.Combine(_parent.Path, "tree", "strange")).FullName;
        var groups = LeaveBehindWithGroups("lorafaas-worker-dead", strange);

        using var folder = Create();

        Assert.False(Directory.Exists(groups));
        Assert.True(Directory.Exists(strange));
    }

    [Fact]
    public void What_a_living_worker_uses_is_left_alone()
    {
        using var neighbour = Create();
        using var folder = Create();

        Assert.True(Directory.Exists(neighbour.Path));
        Assert.NotEqual(neighbour.Path, folder.Path);
    }

    [Fact]
    public void A_folder_that_is_just_being_made_is_left_alone()
    {
        var young = Directory.CreateDirectory(_parent.File("lorafaas-worker-young")).FullName;

        using var folder = Create();

        Assert.True(Directory.Exists(young));
    }

    [Fact]
    public async Task Workers_that_start_at_once_leave_each_others_folders_alone()
    {
        const int Starters = 4;
        const int Starts = 100;

        await Task.WhenAll(Enumerable.Range(0, Starters).Select(_ => Task.Run(() =>
        {
            for (var start = 0; start < Starts; start++)
            {
                using var folder = Create();
                File.WriteAllText(Path.Combine(folder.Path, "something"), "x");
            }
        })));
    }

    [Fact]
    public async Task Workers_that_start_at_once_clean_up_the_same_dead_ones()
    {
        const int Starters = 4;
        var groups = Enumerable.Range(0, 50).Select(dead => LeaveBehindWithGroups($"lorafaas-worker-dead{dead}")).ToList();

        await Task.WhenAll(Enumerable.Range(0, Starters).Select(_ => Task.Run(() => Create().Dispose())));

        Assert.DoesNotContain(groups, Directory.Exists);
        Assert.Empty(Directory.EnumerateDirectories(_parent.Path, "lorafaas-worker-*"));
    }

    [Fact]
    public void The_folder_can_be_listed_by_its_owner_alone_and_goes_with_it()
    {
        string path;

        using (var folder = Create())
        {
            path = folder.Path;
            File.WriteAllText(Path.Combine(path, "something"), "x");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute, File.GetUnixFileMode(path));
        }

        Assert.False(Directory.Exists(path));
    }

    public void Dispose() => _parent.Dispose();

    private RuntimeFolder Create() => new(_parent.Path, NullLogger<RuntimeFolder>.Instance);

    /// <summary>As kill -9 leaves it: the lock is gone with its process, the files are not.</summary>
    private string LeaveBehind(string name = "lorafaas-worker-dead")
    {
        var folder = Directory.CreateDirectory(_parent.File(name)).FullName;
        File.WriteAllText(Path.Combine(folder, "owner"), "");
        Directory.CreateDirectory(Path.Combine(folder, "sandbox-1", "deep"));
        return folder;
    }

    /// <summary>The same with a control group, whose folder this returns.</summary>
    private string LeaveBehindWithGroups(string name, params IEnumerable<string> others)
    {
        var leftover = LeaveBehind(name);
        var groups = Directory.CreateDirectory(Path.Combine(_parent.Path, "tree", name)).FullName;
        Directory.CreateDirectory(Path.Combine(groups, "sandbox-1"));
        File.WriteAllLines(Path.Combine(leftover, "groups"), [groups, .. others]);
        return groups;
    }
}
