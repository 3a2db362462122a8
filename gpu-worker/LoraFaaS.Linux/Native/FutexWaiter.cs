using System.Runtime.InteropServices;

namespace LoraFaaS.Linux.Native;

/// <summary>struct futex_waitv (Linux 5.16).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FutexWaiter
{
    /// <summary>FUTEX2_SIZE_U32, shared between processes.</summary>
    internal const uint Shared32 = 0x02;

    internal ulong Value;
    internal ulong Address;
    internal uint Flags;
    internal uint Reserved;
}
