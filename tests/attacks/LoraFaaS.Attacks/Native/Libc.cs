using System.Runtime.InteropServices;

namespace LoraFaaS.Attacks.Native;

/// <summary>What an attacker links against. Deliberately not the product's own bindings.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint mremap(nint address, nuint length, nuint newLength, int flags, nint newAddress);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint pwrite(int descriptor, void* bytes, nuint count, nint offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(int descriptor, void* bytes, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint pread(int descriptor, void* bytes, nuint count, nint offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ftruncate(int descriptor, nint length);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags, int mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int descriptor);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int kill(int process, int signal);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int prctl(int option, nint a, nint b, nint c, nint d);
}
