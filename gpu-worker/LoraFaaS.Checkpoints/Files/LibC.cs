using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>What .NET does not offer of files. 64-bit Linux only: off_t is that of LP64.</summary>
internal static unsafe partial class LibC
{
    /// <summary>The same number on every architecture.</summary>
    internal const nint CacheStat = 451;

    private const string Library = "libc";

    /// <summary>io_setup(2) and its like, which have numbers of their own on each architecture.</summary>
    internal static readonly ReadCalls Calls = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? new(0, 1, 2, 4) : new(206, 207, 209, 208);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags, int mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint pread(SafeFileHandle descriptor, byte* buffer, nuint count, long offset);

    [LibraryImport(Library)]
    internal static partial int madvise(nint address, nuint length, int advice);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int folder, string path, int flags, uint mask, FileStatus* status);

    /// <summary>cachestat(2), Linux 6.5, has no wrapper of its own.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint syscall_cachestat(nint number, SafeFileHandle descriptor, CacheRange* range, CachedPages* pages, uint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint syscall_setup(nint number, nint most, nint* context);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint syscall_submit(nint number, nint context, nint count, ReadOrder** orders);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint syscall_getevents(nint number, nint context, nint least, nint most, ReadEnd* ends, nint timeout);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint syscall_destroy(nint number, nint context);
}
