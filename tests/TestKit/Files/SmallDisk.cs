using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Files;

/// <summary>A file system of its own, small enough to be really filled. Wants root and mount(8).</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    private string Filler => Path.Combine(_folder, "filler");

    /// <summary>Null where nothing may be mounted. The folder is made if it is not there.</summary>
    public static async Task<SmallDisk?> TryMountAsync(string folder, string size)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        Directory.CreateDirectory(folder);
        return await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder) ? new SmallDisk(folder) : null;
    }

    /// <summary>To the last byte, and again what has become free since.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);

        foreach (var block in (byte[][])[new byte[1 << 20], new byte[4 << 10], new byte[1]])
        {
            while (TryWrite(filler, block))
            {
            }
        }
    }

    public void Empty() => File.Delete(Filler);

    public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", _folder);

    private static bool TryWrite(FileStream filler, byte[] block)
    {
        try
        {
            filler.Write(block);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments);
        process.CloseInput();
        return await Patience.ForAsync(process.Exited) == 0;
    }
}
