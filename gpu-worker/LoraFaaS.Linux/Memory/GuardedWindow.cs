using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Memory;

/// <summary>
/// The part of the address space in which a confined process maps what is sealed: 16 TiB where neither the loader, the heap nor the C library
/// puts anything. A call filter sees a pointer's bits and nothing of what lies behind it; a range of its own makes every attempt to change the
/// backbone visible, at no cost to any other call.
/// </summary>
public static class GuardedWindow
{
    /// <summary>High halves of addresses: from the first to below the end.</summary>
    public const uint FirstHigh = 0x2000;
    public const uint EndHigh = 0x3000;

    internal const int FixedNoReplace = 0x100000;
    private const int MapFixed = 0x10;
    private const long Slot = 1L << 38;

    /// <summary>Whether an mmap asks for a place within the window, and for no other if it is taken.</summary>
    public static bool Holds(ulong address, ulong flags) => (uint)(address >> 32) is >= FirstHigh and < EndHigh && (flags & (FixedNoReplace | MapFixed)) != 0;

    /// <summary>Maps the first bytes of a file shared and read-only at a free place of the window.</summary>
    public static MappedMemory Map(SafeFileHandle file, long length)
    {
        ArgumentNullException.ThrowIfNull(file);

        for (var address = (long)FirstHigh << 32; address + length <= (long)EndHigh << 32; address += Slot)
        {
            if (MappedMemory.TryMapAt(file, length, (nint)address) is { } mapped)
            {
                return mapped;
            }
        }

        throw new LinuxException("mmap", Errno.OutOfMemory);
    }
}
