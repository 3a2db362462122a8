namespace LoraFaaS.Linux.Confinement;

/// <summary>What keeps a confined process apart beyond being a process. Each is tried at start, and reported by name where it cannot be had.</summary>
public enum IsolationMeasure
{
    /// <summary>no_new_privs: nothing it executes gains privileges.</summary>
    Privileges,

    /// <summary>No Linux capabilities.</summary>
    Capabilities,

    /// <summary>A user of its own.</summary>
    User,

    /// <summary>Landlock: only the files it needs.</summary>
    Files,

    /// <summary>seccomp: only the calls it needs; no socket, no process, no other program.</summary>
    Calls,

    /// <summary>Refused calls are seen by the worker and logged.</summary>
    Watch,

    /// <summary>A network namespace of its own.</summary>
    Network,

    /// <summary>Namespaces of its own for System V objects and the host name.</summary>
    Ipc,

    /// <summary>A bounded temporary folder of its own (handlers).</summary>
    Tmp,

    /// <summary>A memory limit by control group.</summary>
    Memory,

    /// <summary>A share of the processors by control group.</summary>
    Cpu,

    /// <summary>A limit of threads by control group.</summary>
    Threads,
}
