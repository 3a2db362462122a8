using System.Runtime.InteropServices;

namespace LoraFaaS.Storage.Embedded.Files;

/// <summary>The steps that make a file's name as durable as its bytes.</summary>
internal static class DurableFiles
{
    public const string TemporarySuffix = ".tmp";

    /// <summary>Makes creations, renames and deletions inside a folder survive a power cut.</summary>
    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void FlushFolder(string folder)
    {
        // O_DIRECTORY differs between architectures (0x4000 on arm64); O_RDONLY alone opens a folder everywhere.
        var flags = LibC.O_RDONLY | LibC.O_CLOEXEC | (RuntimeInformation.ProcessArchitecture is Architecture.X64 ? LibC.O_DIRECTORY : 0);
        using var handle = LibC.open(folder, flags);

        if (handle.IsInvalid)
        {
            throw new IOException($"The folder {folder} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Renames a finished and flushed temporary file to its name, replacing what is there.</summary>
    public static void Publish(string temporary, string target)
    {
        File.Move(temporary, target, overwrite: true);
        FlushFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>Replaces a small file by new content: it has the old or the new one, at every moment.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + TemporarySuffix;

        using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, content, 0);
            RandomAccess.FlushToDisk(handle);
        }

        Publish(temporary, path);
    }
}
