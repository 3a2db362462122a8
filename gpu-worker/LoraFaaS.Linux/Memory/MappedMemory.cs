using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Memory;

/// <summary>One mmap(2) range, unmapped when released. Its memory is zeroed when anonymous, and shared with the file otherwise.</summary>
public sealed unsafe class MappedMemory : SafeHandle
{
    private const int MapShared = 0x01;
    private const int MapPrivate = 0x02;
    private const int MapAnonymous = 0x20;
    private const int MapNoReserve = 0x4000;
    private const nint Failed = -1;

    private MappedMemory(nint address, long length)
        : base(0, ownsHandle: true)
    {
        Length = length;
        SetHandle(address);
    }

    public long Length { get; private set; }

    public override bool IsInvalid => handle is 0 or Failed;

    /// <summary>The first byte. Valid while the owner holds this object; nothing checks the range.</summary>
    public byte* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>Maps the first <paramref name="length"/> bytes of a file shared and read-only.</summary>
    public static MappedMemory OfFile(SafeFileHandle file, long length) => OfFile(file, length, MemoryAccess.Read);

    /// <summary>Maps the first <paramref name="length"/> bytes of a file shared, with the access asked for. A write-sealed memfd refuses Write with EPERM.</summary>
    public static MappedMemory OfFile(SafeFileHandle file, long length, MemoryAccess access)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);

        var address = LibC.mmap(0, (nuint)length, (int)access, MapShared, file, 0);
        return address == Failed ? throw LinuxException.Last("mmap") : new MappedMemory(address, length);
    }

    /// <summary>The first bytes of a file, shared and read-only, at this address; null: something is mapped there.</summary>
    internal static MappedMemory? TryMapAt(SafeFileHandle file, long length, nint at)
    {
        var address = LibC.mmap(at, (nuint)length, (int)MemoryAccess.Read, MapShared | GuardedWindow.FixedNoReplace, file, 0);

        if (address == Failed)
        {
            return (Errno)Marshal.GetLastPInvokeError() is Errno.Exists ? null : throw LinuxException.Last("mmap");
        }

        if (address == at)
        {
            return new MappedMemory(address, length);
        }

        // A kernel before 4.17 takes the address for a hint.
        _ = LibC.munmap(address, (nuint)length);
        return null;
    }

    /// <summary>Zeroed private memory, given pages only as they are touched.</summary>
    public static MappedMemory Anonymous(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);

        var access = (int)(MemoryAccess.Read | MemoryAccess.Write);
        var address = LibC.mmap_anonymous(0, (nuint)length, access, MapPrivate | MapAnonymous | MapNoReserve, -1, 0);
        return address == Failed ? throw LinuxException.Last("mmap") : new MappedMemory(address, length);
    }

    /// <summary>A window of at most 2 GiB, which is what a span can show.</summary>
    public Span<byte> Span(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        return new Span<byte>(Address + offset, length);
    }

    public void Protect(MemoryAccess access)
    {
        if (LibC.mprotect((nint)Address, (nuint)Length, (int)access) != 0)
        {
            throw LinuxException.Last("mprotect");
        }
    }

    /// <summary>Advice may be refused without harm, so the answer is a value and not an exception.</summary>
    public Errno Advise(MemoryAdvice advice) =>
        LibC.madvise((nint)Address, (nuint)Length, (int)advice) == 0 ? Errno.None : (Errno)Marshal.GetLastPInvokeError();

    /// <summary>The same for a part of it, which begins at a page.</summary>
    public Errno Advise(MemoryAdvice advice, long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        return LibC.madvise((nint)Address + (nint)offset, (nuint)length, (int)advice) == 0 ? Errno.None : (Errno)Marshal.GetLastPInvokeError();
    }

    /// <summary>Unmaps what lies behind its first bytes, in whole pages.</summary>
    internal void Shorten(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        var (kept, whole) = (Pages(length), Pages(Length));

        if (kept < whole && LibC.munmap((nint)Address + (nint)kept, (nuint)(whole - kept)) != 0)
        {
            throw LinuxException.Last("munmap");
        }

        Length = length;
    }

    protected override bool ReleaseHandle() => LibC.munmap(handle, (nuint)Length) == 0;

    private static long Pages(long bytes) => (bytes + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize;
}
