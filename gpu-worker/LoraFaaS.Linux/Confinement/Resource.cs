namespace LoraFaaS.Linux.Confinement;

/// <summary>The limits of setrlimit(2) that are set, by number (x86-64 and arm64 alike).</summary>
public enum Resource
{
    /// <summary>Bytes of one file it writes.</summary>
    FileSize = 1,

    /// <summary>Bytes of private writable memory. Shared mappings, the backbone's among them, do not count.</summary>
    Data = 2,

    /// <summary>Bytes of a core dump.</summary>
    Core = 4,

    /// <summary>Threads and processes of the user, so it is of use only to a user of one's own.</summary>
    Processes = 6,

    /// <summary>One above the highest descriptor.</summary>
    Descriptors = 7,
}
