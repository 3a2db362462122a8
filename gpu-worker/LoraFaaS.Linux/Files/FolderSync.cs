using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Files;

/// <summary>Makes a folder's own entries durable (fsync(2) on the folder): after a rename, the name is on disk and not only the bytes.</summary>
public static class FolderSync
{
    private const int ReadOnly = 0;
    private const int Folder = 0x10000;
    private const int CloseOnExec = 0x80000;

    /// <exception cref="LinuxException">An IOException with the call and its errno.</exception>
    public static void Flush(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);

        var descriptor = LibC.open(path, ReadOnly | Folder | CloseOnExec, 0);

        if (descriptor < 0)
        {
            throw LinuxException.Last("open");
        }

        try
        {
            if (LibC.fsync(descriptor) != 0)
            {
                throw LinuxException.Last("fsync");
            }
        }
        finally
        {
            _ = LibC.close(descriptor);
        }
    }
}
