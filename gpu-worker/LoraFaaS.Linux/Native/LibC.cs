using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Native;

/// <summary>The C library's calls that .NET does not offer, under their own names. 64-bit Linux only: struct layouts and off_t are those of LP64.</summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    /// <summary>The two ends are written to <paramref name="ends"/>.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ftruncate(SafeFileHandle descriptor, long length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fallocate(SafeFileHandle descriptor, int mode, long offset, long length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fcntl(SafeFileHandle descriptor, int command, int argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(SafeFileHandle descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint mmap(nint address, nuint length, int protection, int flags, SafeFileHandle descriptor, long offset);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint mmap_anonymous(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int munmap(nint address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int madvise(nint address, nuint length, int advice);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint sendmsg(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint recvmsg(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int kill(int processId, int signal);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getppid();

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setpriority(int which, int who, int priority);

    /// <summary>The C library's own form: the nice value, so that -1 is one too and only errno tells it from a failure.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getpriority(int which, int who);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sched_setscheduler(int thread, int policy, int* priority);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sched_getaffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sched_setaffinity(int thread, nuint bytes, ulong* mask);

    /// <summary>futex(2) has no wrapper of its own. Blocks: the thread gives the collector its consent first.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint syscall_futex_wait(nint number, uint* word, int operation, uint expected, TimeSpec* timeout, nint unused, uint unused2);

    /// <summary>Never blocks, and is on the way of every hand-over: no transition.</summary>
    [LibraryImport(Library, EntryPoint = "syscall")]
    [System.Runtime.InteropServices.SuppressGCTransition]
    internal static partial nint syscall_futex_wake(nint number, uint* word, int operation, int most, nint unused, nint unused2, uint unused3);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint syscall_futex_waitv(nint number, FutexWaiter* waiters, uint count, uint flags, TimeSpec* until, int clock);

    /// <summary>Calls that the C library wraps for every thread, or not at all. All arguments are registers, so no variadic call is needed.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint syscall(nint number, nint argument1, nint argument2, nint argument3, nint argument4, nint argument5, nint argument6);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags, int mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int descriptor);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fsync(int descriptor);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int fcntl_raw(int descriptor, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int dup2(int from, int to);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int unshare(int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mount(string? source, string target, string? type, nuint flags, string? data);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint signal(int signal, nint handler);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setsid();

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chdir(string path);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setrlimit(int resource, ulong* limits);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getrlimit(int resource, ulong* limits);

    [LibraryImport(Library)]
    internal static partial uint geteuid();

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ioctl(SafeFileHandle descriptor, nuint request, void* argument);
}
