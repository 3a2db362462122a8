using LoraFaaS.TestKit.Cluster;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Chaos;

/// <summary>A file system of its own for one worker's data, small enough to be filled. Wants root and mount(8).</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Size = "256m";
    private const int BlockBytes = 1 << 20;

    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Null where nothing may be mounted. The worker is stopped and started on the new folder.</summary>
    public static async Task<SmallDisk?> UnderAsync(ClusterHost worker, string folder)
    {
        await worker.StopAsync();
        var aside = folder + ".aside";
        Directory.Move(folder, aside);
        Directory.CreateDirectory(folder);
        var mounted = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", folder);
        await RunAsync("cp", "-a", aside + "/.", folder);
        Directory.Delete(aside, recursive: true);
        await worker.ReviveAsync();
        return mounted ? new SmallDisk(folder) : null;
    }

    public async Task FillAsync(CancellationToken cancellationToken)
    {
        await using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.WriteThrough);
        var block = new byte[BlockBytes];

        try
        {
            while (true)
            {
                await filler.WriteAsync(block, cancellationToken);
            }
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    public void Empty() => File.Delete(Filler);

    public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", _folder);

    private string Filler => Path.Combine(_folder, "filler");

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments);
        process.CloseInput();
        return await Patience.ForAsync(process.Exited) == 0;
    }
}
