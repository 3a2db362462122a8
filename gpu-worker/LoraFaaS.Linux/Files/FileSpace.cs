using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Files;

/// <summary>Disk space that a file has before it is written (fallocate(2)): writes into it cannot find the disk full.</summary>
public static class FileSpace
{
    private const int KeepSize = 1;

    /// <summary>
    /// Gives the file blocks for so many bytes from an offset on, which may lie behind its end; its length stays as it is, and a truncation gives them back.
    /// <see cref="Errno.NotSupported"/>: this file system knows no such thing.
    /// </summary>
    public static Errno Reserve(SafeFileHandle file, long offset, long bytes)
    {
        while (true)
        {
            if (LibC.fallocate(file, KeepSize, offset, bytes) == 0)
            {
                return Errno.None;
            }

            var errno = (Errno)Marshal.GetLastPInvokeError();

            if (errno is not Errno.Interrupted)
            {
                return errno;
            }
        }
    }
}
