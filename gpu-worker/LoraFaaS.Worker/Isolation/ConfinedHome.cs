using LoraFaaS.Linux.Cgroups;

namespace LoraFaaS.Worker.Isolation;

/// <summary>What belongs to one confined process and is removed after it: its folder and its control groups.</summary>
internal sealed class ConfinedHome
{
    private readonly CgroupTree _groups;
    private readonly string _folder;
    private long _memoryLimit;

    public ConfinedHome(string name, string folder, CgroupTree groups)
    {
        Name = name;
        _folder = folder;
        _groups = groups;
        SocketPath = Path.Combine(folder, "s");
        WritablePath = Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName;
    }

    public string Name { get; }

    public string SocketPath { get; }

    /// <summary>Empty on disk, and nobody but us may write to it: a process that may write has a file system of its own mounted here.</summary>
    public string WritablePath { get; }

    /// <summary>One group in each hierarchy that works; returns the files through which they are entered.</summary>
    public IReadOnlyList<string> MakeGroups(CgroupLimits limits)
    {
        Volatile.Write(ref _memoryLimit, limits.MemoryBytes);
        return [.. _groups.Places.Select(place => _groups.Create(place, Name, limits))];
    }

    /// <summary>Bytes of memory that its groups let it have.</summary>
    public long MemoryLimit => Volatile.Read(ref _memoryLimit);

    /// <summary>How often it ran against its groups' limits.</summary>
    public CgroupEvents Events => _groups.Read(Name);

    public bool TrySetLast(bool isLast, int cpuWeight) => _groups.TrySetLast(Name, isLast, cpuWeight);

    /// <summary>False: it uses more, and the limit stays as it was.</summary>
    public bool TryLimitMemory(long bytes)
    {
        if (!_groups.TryLimitMemory(Name, bytes))
        {
            return false;
        }

        Volatile.Write(ref _memoryLimit, bytes);
        return true;
    }

    /// <summary>False: something is still held. Nothing is lost by it but a folder, which the next worker removes.</summary>
    public bool Remove()
    {
        var groups = _groups.TryRemove(Name);

        try
        {
            Directory.Delete(_folder, recursive: true);
            return groups;
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
