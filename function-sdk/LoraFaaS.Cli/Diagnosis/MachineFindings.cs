using System.Runtime.InteropServices;
using LoraFaaS.Cli.Up;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Cli.Diagnosis;

/// <summary>Looks at the machine itself: runtime, processor, memory, disk, GPU, what sandboxes can be confined by.</summary>
internal static class MachineFindings
{
    private const long LeastDiskBytes = 4L << 30;

    public static IEnumerable<Finding> All(string dataFolder) =>
    [
        Runtime(),
        ProcessorFindings.Kernels(ReadOr("/proc/cpuinfo")),
        ProcessorFindings.Memory(ReadOr("/proc/meminfo")),
        Disk(dataFolder),
        Cuda(),
        Landlock(),
        Groups(),
        User(),
        Programs(),
    ];

    private static Finding Runtime() => Finding.Good(".NET", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");

    private static Finding Disk(string folder)
    {
        var existing = folder;

        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        var free = new DriveInfo(existing).AvailableFreeSpace;
        var found = $"{new ByteSize(free)} free for {folder}";

        return free >= LeastDiskBytes ? Finding.Good("disk", found) : Finding.Limited("disk", found, "Adapters and journals grow here; choose another folder with --data.");
    }

    private static Finding Cuda()
    {
        if (!NativeLibrary.TryLoad("libcuda.so.1", out var library))
        {
            return Finding.Limited("CUDA", "missing: no driver (libcuda.so.1)", "Functions run on the CPU engine, in the machine's own memory. Nothing else depends on it.");
        }

        NativeLibrary.Free(library);
        return Finding.Limited("CUDA", "missing: the driver is there (libcuda.so.1), an engine for it is not in this version", "Functions run on the CPU engine all the same.");
    }

    private static Finding Landlock() => ReadOr("/sys/kernel/security/lsm") switch
    {
        "" => Finding.Limited("Landlock", "cannot be told: /sys/kernel/security is not mounted", "A worker tries it at its start; `lorafaas workers` says what it could not enforce."),
        var modules when modules.Contains("landlock", StringComparison.Ordinal) => Finding.Good("Landlock", "in use"),
        _ => Finding.Limited("Landlock", "not among the kernel's security modules", "Sandboxes are kept from files by their user alone."),
    };

    private static Finding Groups() => File.Exists("/sys/fs/cgroup/cgroup.controllers")
        ? Finding.Good("control groups", "version 2")
        : Directory.Exists("/sys/fs/cgroup/memory")
            ? Finding.Good("control groups", "version 1")
            : Finding.Limited("control groups", "none", "A sandbox's memory is limited by rlimits, its CPU share is not.");

    private static Finding User() => Environment.IsPrivilegedProcess
        ? Finding.Good("user", "root: each sandbox gets a user of its own")
        : Finding.Limited("user", Environment.UserName, "Sandboxes share this user; as root each has its own.");

    private static Finding Programs()
    {
        try
        {
            _ = HostPrograms.Find(AppContext.BaseDirectory).PathOf(HostKind.Gateway);
            return Finding.Good("programs", "built");
        }
        catch (UsageException)
        {
            return Finding.Missing("programs", "not built yet", "deploy/up.sh builds them.");
        }
    }

    private static string ReadOr(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
