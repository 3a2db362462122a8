namespace LoraFaaS.Linux.Cgroups;

/// <summary>
/// The calling thread in a group of its own, with a share of the processors of its own, until it is disposed by the same thread. A nice value counts among
/// the threads of one group; what a thread takes from another group's is decided by the weights of the groups (cgroups(7), sched(7)).
/// Only in a tree of cgroup v1, where a thread may be in another group than its process. Under v2 that takes a threaded subtree, which is made
/// where nobody else's processes are and which a container is not given.
/// </summary>
public sealed class CgroupThread : IDisposable
{
    private const string Tasks = "tasks";

    /// <summary>Whoever writes it.</summary>
    private const string Self = "0";

    /// <summary>The least the kernel takes.</summary>
    private const long FewestShares = 2;

    private readonly string _before;

    private CgroupThread(string before) => _before = before;

    /// <param name="places">The hierarchies that work here.</param>
    /// <param name="group">The group's path below this process's own group; its parent need not be there.</param>
    /// <param name="shares">1 024 are what a group has that says nothing.</param>
    /// <returns>Null: no hierarchy here lets a thread go by itself.</returns>
    public static CgroupThread? TryEnter(IEnumerable<CgroupPlace> places, string group, long shares)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentException.ThrowIfNullOrEmpty(group);

        if (places.FirstOrDefault(place => !place.IsUnified && place.Controllers.Contains(CgroupController.Cpu)) is not { } place)
        {
            return null;
        }

        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(place.Folder, group)).FullName;
            CgroupFolder.SetShares(folder, Math.Max(FewestShares, shares));
            File.WriteAllText(Path.Combine(folder, Tasks), Self);
            return new CgroupThread(Path.Combine(place.Folder, Tasks));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Back to the process's group, so that the thread's own can be removed.</summary>
    public void Dispose()
    {
        try
        {
            File.WriteAllText(_before, Self);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // It ends where it is, and its group is removed by whoever comes next.
        }
    }
}
