using System.Collections.Immutable;

namespace LoraFaaS.Linux.Confinement;

/// <summary>
/// Everything a process is held by, as a value: made by the worker, carried out by the launcher before the program starts. What is null,
/// empty or false is not done, because the machine cannot or the kind of process does not need it.
/// </summary>
public sealed record Confinement
{
    public required ConfinedKind Kind { get; init; }

    /// <summary>The Unix socket the launcher connects before it gives up the right to. The program finds it as descriptor 3.</summary>
    public required string Socket { get; init; }

    /// <summary>Linux capabilities are dropped, also from the bounding set.</summary>
    public bool DropCapabilities { get; init; } = true;

    /// <summary>The user is this plus the process id, so no two living processes of a machine share one. Null: the worker's own user.</summary>
    public uint? UserBase { get; init; }

    /// <summary>A network namespace of its own, with nothing in it but a loopback that is down.</summary>
    public bool NetworkNamespace { get; init; }

    /// <summary>Namespaces of its own for System V objects and the host name.</summary>
    public bool IpcNamespace { get; init; }

    /// <summary>A tmpfs of this many bytes over <see cref="WritableFolder"/>, in a mount namespace of its own. Null: none.</summary>
    public long? PrivateTmpBytes { get; init; }

    /// <summary>The one folder it may write to. Null: none at all.</summary>
    public string? WritableFolder { get; init; }

    /// <summary>Landlock: whether <see cref="Readable"/>, <see cref="Executable"/> and <see cref="WritableFolder"/> are all it sees.</summary>
    public bool FileRules { get; init; }

    /// <summary>Files and folders it may read, those that do not exist left out.</summary>
    public ImmutableArray<string> Readable { get; init; } = [];

    /// <summary>Files and folders it may read and from which programs may start.</summary>
    public ImmutableArray<string> Executable { get; init; } = [];

    /// <summary>Control groups to enter: their cgroup.procs files.</summary>
    public ImmutableArray<string> Cgroups { get; init; } = [];

    public ImmutableArray<ResourceLimit> Limits { get; init; } = [];

    /// <summary>A seccomp filter that lets through only what the runtime and the engine need.</summary>
    public bool CallFilter { get; init; }

    /// <summary>Refused calls are told to the worker, which logs them and says no. Else the kernel says no and nobody hears of it.</summary>
    public bool CallWatch { get; init; }
}
