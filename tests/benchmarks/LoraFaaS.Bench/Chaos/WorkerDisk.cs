using LoraFaaS.TestKit.Cluster;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Chaos;

/// <summary>Puts one worker's data on a file system of its own that can be filled.</summary>
internal static class WorkerDisk
{
    private const string Size = "256m";

    /// <summary>Null where nothing may be mounted. The worker is stopped and started on the new folder.</summary>
    public static async Task<SmallDisk?> UnderAsync(ClusterHost worker, string folder)
    {
        await worker.StopAsync();
        var aside = folder + ".aside";
        Directory.Move(folder, aside);
        var disk = await SmallDisk.TryMountAsync(folder, Size);
        Directory.CreateDirectory(folder);
        await using var copying = ChildProcess.Start("cp", ["-a", aside + "/.", folder]);
        copying.CloseInput();
        await Patience.ForAsync(copying.Exited);
        Directory.Delete(aside, recursive: true);
        await worker.ReviveAsync();
        return disk;
    }
}
