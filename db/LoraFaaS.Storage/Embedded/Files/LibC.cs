using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Storage.Embedded.Files;

/// <summary>What .NET does not offer: opening a folder, so that its entries can be made durable. Linux values.</summary>
internal static partial class LibC
{
    internal const int O_RDONLY = 0;
    internal const int O_DIRECTORY = 0x10000;
    internal const int O_CLOEXEC = 0x80000;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial SafeFileHandle open(string path, int flags);
}
