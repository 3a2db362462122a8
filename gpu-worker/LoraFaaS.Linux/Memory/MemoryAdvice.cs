namespace LoraFaaS.Linux.Memory;

/// <summary>madvise(2) advice by its number.</summary>
public enum MemoryAdvice
{
    /// <summary>Read ahead: the pages will be wanted soon.</summary>
    WillNeed = 3,

    /// <summary>Give anonymous pages back; the next read finds zeros.</summary>
    DontNeed = 4,

    HugePage = 14,

    NoHugePage = 15,

    /// <summary>Leave the range out of core dumps.</summary>
    DontDump = 16,

    /// <summary>Map what is there, without a fault for each piece later (Linux 5.14).</summary>
    PopulateRead = 22,

    /// <summary>Give the range its pages now, zeroed, without a fault for each later (Linux 5.14).</summary>
    PopulateWrite = 23,

    /// <summary>Gather into huge pages now, even where shmem huge pages are off (Linux 6.1; about 2.6 s a GiB).</summary>
    Collapse = 25,
}
