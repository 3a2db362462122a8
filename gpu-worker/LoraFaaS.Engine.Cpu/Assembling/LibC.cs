using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Cpu.Assembling;

/// <summary>The C library's calls for memory that is to hold code and for the processors of a thread, under their own names.</summary>
internal static partial class LibC
{
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int PROT_EXEC = 4;
    public const int MAP_PRIVATE = 0x02;
    public const int MAP_ANONYMOUS = 0x20;
    public const nint MAP_FAILED = -1;

    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int munmap(nint address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial int sched_getaffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial int sched_setaffinity(int thread, nuint bytes, ulong* mask);
}
