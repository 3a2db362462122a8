using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary>
/// <c>GET /api/v1/workers</c>: every worker that is alive, at whichever controller, with what it holds. <c>POST …/{name}/drain</c> and <c>/resume</c>
/// take one out of use and back.
/// </summary>
internal sealed class WorkersApi(IWarmStateStore warm, DrainDesk drains)
{
    public Task DrainAsync(HttpContext context) => TellAsync(context, "worker.drain", resume: false);

    public Task ResumeAsync(HttpContext context) => TellAsync(context, "worker.resume", resume: true);

    public async Task ListAsync(HttpContext context)
    {
        var workers = await warm.ListWorkersAsync(context.RequestAborted);
        List<WorkerInfo> list = [.. workers.Select(Info)];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListWorkerInfo);
    }

    private async Task TellAsync(HttpContext context, string action, bool resume)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        AuditNote.Set(context, action, id);

        if (await drains.AskAsync(new WorkerId(id), resume, context.RequestAborted) is { } problem)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
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
        Loading = [.. worker.Loading.Select(loading => new BackboneLoading(loading.Backbone, loading.Digest.Value, loading.BytesDone, loading.BytesTotal))],
    };

    private static ResidentArtifact Artifact(ResidentState resident) =>
        new(resident.Kind.ToString().ToLowerInvariant(), resident.Digest.Value, resident.Tier.ToString().ToLowerInvariant(), resident.Bytes)
        {
            TrustDomain = resident.TrustDomain?.Value,
            Function = resident.Function is { } function ? $"{function}@{resident.Revision}" : null,
            AgeSeconds = resident.Age.TotalSeconds,
            IdleSeconds = resident.Idle.TotalSeconds,
            Reason = resident.Reason,
            Opening = resident.Opening,
        };
}
