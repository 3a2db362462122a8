using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Configuration;

/// <summary>This worker's id: the configured one, or one drawn at the first start and kept with the data, because usage is numbered under it.</summary>
internal static class WorkerIdentity
{
    public static WorkerId Establish(WorkerOptions options)
    {
        if (options.Id.Length > 0)
        {
            return new WorkerId(options.Id);
        }

        Directory.CreateDirectory(options.DataPath);
        var path = Path.Combine(options.DataPath, "worker-id");

        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept)
        {
            return new WorkerId(kept);
        }

        var drawn = $"worker-{Guid.NewGuid():N}"[..19];
        File.WriteAllText(path + ".next", drawn);
        File.Move(path + ".next", path, overwrite: true);
        return new WorkerId(drawn);
    }
}
