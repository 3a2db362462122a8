using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Cpu.Memory;

/// <summary>The system's own pages behind host memory.</summary>
internal static partial class HostPages
{
    /// <summary>Linux: private anonymous pages go, and the next touch finds zeros.</summary>
    private const int DontNeed = 4;

    /// <summary>Linux: two megabytes at a time, where the system allows it for those that ask.</summary>
    private const int HugePage = 14;

    /// <summary>Linux 5.14: pages as if each had been written to, and their content as it was.</summary>
    private const int PopulateWrite = 23;

    /// <summary>False: the range is what it was.</summary>
    public static bool TryDiscard(nint address, nuint bytes) => OperatingSystem.IsLinux() && madvise(address, bytes, DontNeed) == 0;

    /// <summary>What a huge page is on this kind of machine.</summary>
    public const int HugeBytes = 2 << 20;

    public static void PreferHuge(nint address, nuint bytes) => _ = OperatingSystem.IsLinux() && madvise(address, bytes, HugePage) == 0;

    public static void Populate(nint address, nuint bytes) => _ = OperatingSystem.IsLinux() && madvise(address, bytes, PopulateWrite) == 0;

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint bytes, int advice);
}
