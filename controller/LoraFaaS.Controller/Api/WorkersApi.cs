using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /api/v1/workers</c>: every worker that is alive, at whichever controller, with what it holds.</summary>
internal sealed class WorkersApi(IWarmStateStore warm)
{
    public async Task ListAsync(HttpContext context)
    {
        var workers = await warm.ListWorkersAsync(context.RequestAborted);
        List<WorkerInfo> list = [.. workers.Select(Info)];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListWorkerInfo);
    }

    private static WorkerInfo Info(WorkerState worker) => new()
    {
        Id = worker.Id.Value,
        Endpoint = worker.Url,
        Device = worker.Device,
        State = worker.Draining ? "draining" : "ready",
        DeviceBytes = worker.DeviceBytes,
        DeviceBytesUsed = worker.DeviceBytesUsed,
        Sandboxes = worker.Sandboxes,
        Running = worker.Running,
        Queued = worker.Queued,
        NotEnforced = worker.NotEnforced,
        Resident = [.. worker.Resident.Select(Artifact)],
    };

    private static ResidentArtifact Artifact(ResidentState resident) =>
        new(resident.Kind.ToString().ToLowerInvariant(), resident.Digest.Value, resident.Tier.ToString().ToLowerInvariant(), resident.Bytes)
        {
            TrustDomain = resident.TrustDomain?.Value,
            Function = resident.Function is { } function ? $"{function}@{resident.Revision}" : null,
            AgeSeconds = resident.Age.TotalSeconds,
            IdleSeconds = resident.Idle.TotalSeconds,
            Reason = resident.Reason,
        };
}
