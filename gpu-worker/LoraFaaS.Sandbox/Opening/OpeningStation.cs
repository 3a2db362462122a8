using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>Waits for the first frame, which must be Open, and answers Ready or OpenFailed. A blank sandbox waits here until it is needed.</summary>
internal sealed class OpeningStation(WorkerConnection connection, Outbox outbox, TimeProvider time, JsonLog log)
{
    /// <summary>The opened sandbox, or how the process is to end without one.</summary>
    public async Task<(OpenedSandbox? Sandbox, SandboxExit Exit)> RunAsync(CancellationToken cancellationToken)
    {
        var frame = await WaitAsync(cancellationToken);

        if (frame.Status is FrameReadStatus.End)
        {
            return (null, SandboxExit.Done);
        }

        if (frame.Message?.Open is not { } open || frame.Descriptor is not { } descriptor)
        {
            Refuse(new Problem(ErrorCode.InvalidRequest, $"The first frame is to be Open with a descriptor; got {Describe(frame)}."));
            frame.Descriptor?.Dispose();
            return (null, SandboxExit.ProtocolError);
        }

        switch (new SandboxOpener(time, log).Open(open, descriptor))
        {
            case OpenOutcome.Opened opened:
                outbox.Post(new FromSandbox { Ready = Describe(opened.Sandbox) });
                return (opened.Sandbox, SandboxExit.Done);
            case OpenOutcome.Refused refused:
                Refuse(refused.Problem);
                return (null, SandboxExit.OpenRefused);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Blank, and not idle: what does not depend on whose this process will be is done now.</summary>
    private async Task<WorkerFrame> WaitAsync(CancellationToken cancellationToken)
    {
        await using var warmup = new BlankWarmup();
        return await connection.ReadAsync(cancellationToken);
    }

    private void Refuse(Problem problem)
    {
        log.Error("The sandbox cannot be opened", null, ("code", problem.Code.ToWire()), ("reason", problem));
        outbox.Post(new FromSandbox { OpenFailed = new OpenFailed { Code = problem.Code.ToWire(), Message = problem.ToString() } });
    }

    private static string Describe(WorkerFrame frame) =>
        frame.Message is { } message ? message.KindCase.ToString() : $"a {frame.Status} frame";

    private static Ready Describe(OpenedSandbox sandbox) => new()
    {
        MapMs = sandbox.MapTime.TotalMilliseconds,
        KernelsMs = sandbox.KernelsTime.TotalMilliseconds,
        Kernels = $"{sandbox.Backend.Kernels} on {sandbox.Engine.Backbone.Weights}",
        PageBytes = sandbox.Engine.Pages.PageBytes,
        Pages = sandbox.Engine.Pages.Total,
    };
}
