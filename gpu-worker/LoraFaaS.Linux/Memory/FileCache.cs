using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Memory;

/// <summary>The kernel's cache of files.</summary>
public static partial class FileCache
{
    private const int WillNeed = 3;
    private const int DontNeed = 4;

    /// <summary>The kernel takes no more of one request for reading ahead than the disk takes at once, often a few hundred kilobytes, and forgets the rest.</summary>
    private const int ExpectedBytes = 128 << 10;

    /// <summary>Has the disk begin to read all of a file that will be read now, beside whatever its reader does meanwhile. A hint: what cannot be had ahead is read when it is asked for.</summary>
    /// <param name="file">Open for reading.</param>
    /// <param name="before">Called before the pages of a stretch are made, with its bytes, and not before the file's beginning, which is what is read first; null: nobody.</param>
    /// <param name="stretch">Bytes, each of which <paramref name="before"/> is called once for.</param>
    public static void Expect(SafeFileHandle file, Action<long>? before = null, long stretch = 1 << 20)
    {
        ArgumentNullException.ThrowIfNull(file);
        var untold = (long)ExpectedBytes;

        for (var (position, length) = (0L, RandomAccess.GetLength(file)); position < length; position += ExpectedBytes)
        {
            if (position >= untold && before is not null)
            {
                before(Math.Min(stretch, length - position));
                untold += stretch;
            }

            if (posix_fadvise(file, position, ExpectedBytes, WillNeed) != 0)
            {
                return;
            }
        }
    }

    /// <summary>Lets the cached pages of a file go that nobody has mapped; the next reader comes to the disk.</summary>
    public static void Drop(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);

        // What is not yet on the disk cannot go.
        RandomAccess.FlushToDisk(file);

        if (posix_fadvise(file, 0, 0, DontNeed) is not 0 and var error)
        {
            throw new IOException($"The cached pages of {path} could not be dropped (error {error}).");
        }
    }

    [LibraryImport("libc")]
    private static partial int posix_fadvise(SafeFileHandle descriptor, long offset, long length, int advice);
}
