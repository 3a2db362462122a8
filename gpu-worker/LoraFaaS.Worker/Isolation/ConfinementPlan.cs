using LoraFaaS.Linux.Cgroups;
using LoraFaaS.Linux.Confinement;

namespace LoraFaaS.Worker.Isolation;

/// <summary>What holds a process: a pure function of the machine, the kind of process and where its files are.</summary>
internal static class ConfinementPlan
{
    /// <summary>
    /// Private writable mappings count whole from the moment they are made, thread stacks of 8 MiB among them, while a control group counts
    /// touched pages: the limit of the process lies this much above the group's.
    /// </summary>
    private const long MappedAhead = 2L << 30;

    private const ulong ThreadsAhead = 16;

    /// <summary>
    /// One byte and not none: a dump to a program (a pipe in kernel.core_pattern) is made whatever the limit, backbone and all, but for this value, which
    /// the kernel takes for its own mark of one that is dumping already (core(5)). A file of one byte it does not make either.
    /// </summary>
    private const ulong NoCore = 1;

    /// <summary>The loader and its libraries. Distributions differ; what is not there is left out.</summary>
    private static readonly string[] SystemLibraries = ["/usr/lib", "/usr/lib64", "/lib", "/lib64"];

    /// <summary>What the runtime reads about the machine and itself. No folder of other processes, no configuration, no home.</summary>
    private static readonly string[] SystemFiles =
    [
        "/etc/ld.so.cache", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat",
        "/proc/sys/vm", "/proc/sys/kernel/cap_last_cap", "/proc/sys/kernel/osrelease", "/sys/devices/system", "/usr/share/zoneinfo", "/etc/localtime",
    ];

    public static Confinement Of(
        ConfinedProgram program, MachineIsolation machine, string socket, IReadOnlyList<string> programFolders, string privateFolder, uint userBase, IReadOnlyList<string> groups)
    {
        var hasTmp = program.TmpBytes > 0 && machine.Has(IsolationMeasure.Tmp);
        var ownUser = userBase > 0 && machine.Has(IsolationMeasure.User);
        var calls = machine.Has(IsolationMeasure.Calls);

        return new Confinement
        {
            Kind = program.Kind,
            Socket = socket,
            DropCapabilities = machine.Has(IsolationMeasure.Capabilities),
            UserBase = ownUser ? userBase : null,
            NetworkNamespace = machine.Has(IsolationMeasure.Network) && machine.Outer.IsEmpty,
            IpcNamespace = machine.Has(IsolationMeasure.Ipc) && machine.Outer.IsEmpty,
            PrivateTmpBytes = hasTmp ? program.TmpBytes : null,
            WritableFolder = hasTmp ? privateFolder : null,
            FileRules = machine.Has(IsolationMeasure.Files),
            Readable = [.. SystemFiles, .. program.Readable],
            Executable = [.. SystemLibraries, .. programFolders],
            Cgroups = [.. groups],
            Limits = Limits(program, ownUser, hasTmp),
            CallFilter = calls,
            CallWatch = calls && machine.Has(IsolationMeasure.Watch),
        };
    }

    public static CgroupLimits Group(ConfinedProgram program) => new(program.MemoryBytes, program.CpuWeight, program.Threads);

    private static System.Collections.Immutable.ImmutableArray<ResourceLimit> Limits(ConfinedProgram program, bool ownUser, bool hasTmp)
    {
        List<ResourceLimit> limits =
        [
            new(Resource.Core, NoCore),
            new(Resource.FileSize, hasTmp ? (ulong)program.TmpBytes : 0),
            new(Resource.Data, (ulong)(program.MemoryBytes + MappedAhead)),
        ];

        if (ownUser)
        {
            // Of a shared user it would count everybody's threads. Above the group's limit, which counts what it refuses.
            limits.Add(new(Resource.Processes, (ulong)program.Threads + ThreadsAhead));
        }

        return [.. limits];
    }
}
