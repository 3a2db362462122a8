using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Cpu.Memory;

/// <summary>The system's own pages behind host memory.</summary>
internal static partial class HostPages
{
    /// <summary>Linux: private anonymous pages go, and the next touch finds zeros.</summary>
    private const int DontNeed = 4;

    /// <summary>False: the range is what it was.</summary>
    public static bool TryDiscard(nint address, nuint bytes) => OperatingSystem.IsLinux() && madvise(address, bytes, DontNeed) == 0;

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint bytes, int advice);
}
