using LoraFaaS.Contracts.Errors;
using LoraFaaS.Linux.Native;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>
/// Waits for the Open frame, before which only Prepare and what is rehearsed with may come, and answers Ready or OpenFailed. A blank sandbox waits here until
/// it is needed.
/// </summary>
internal sealed class OpeningStation(WorkerConnection connection, Outbox outbox, bool isRehearsal, TimeProvider time, JsonLog log)
{
    /// <summary>The opened sandbox, or how the process is to end without one.</summary>
    public async Task<(OpenedSandbox? Sandbox, SandboxExit Exit)> RunAsync(CancellationToken cancellationToken)
    {
        var (frame, prepared) = await WaitAsync(cancellationToken);

        try
        {
            return Answer(frame, prepared);
        }
        finally
        {
            await (prepared?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private (OpenedSandbox? Sandbox, SandboxExit Exit) Answer(WorkerFrame frame, PreparedBackbone? prepared)
    {
        if (frame.Status is FrameReadStatus.End)
        {
            return (null, SandboxExit.Done);
        }

        if (frame.Message?.Open is not { } open || frame.Descriptor is not { } descriptor)
        {
            Refuse(new Problem(ErrorCode.InvalidRequest, $"The first frame after Prepare is to be Open with a descriptor; got {Describe(frame)}."));
            frame.Descriptor?.Dispose();
            return (null, SandboxExit.ProtocolError);
        }

        switch (Open(open, descriptor, prepared))
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
    private async Task<(WorkerFrame Frame, PreparedBackbone? Prepared)> WaitAsync(CancellationToken cancellationToken)
    {
        PreparedBackbone? prepared = null;
        await using var warmup = isRehearsal ? null : new BlankWarmup(time, log);

        try
        {
            while (true)
            {
                var frame = await connection.ReadAsync(cancellationToken);

                if (frame is { Message.RehearsalPiece: { } piece, Descriptor: { } handed } && warmup is not null)
                {
                    warmup.Take(piece.Role, handed);
                    continue;
                }

                if (frame.Message?.Prepare is not { } ahead || frame.Descriptor is not { } descriptor)
                {
                    await (prepared?.CompleteAsync() ?? Task.CompletedTask);
                    return (frame, prepared);
                }

                await (prepared?.DisposeAsync() ?? ValueTask.CompletedTask);
                prepared = Prepare(ahead, descriptor);

                // In a rehearsal nobody is in a hurry: with its engine built ahead is the way that most are opened later.
                if (isRehearsal && prepared is not null)
                {
                    await prepared.SettledAsync(cancellationToken);
                }
            }
        }
        catch
        {
            await (prepared?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <summary>Null: it cannot be mapped, and Open will say why.</summary>
    private PreparedBackbone? Prepare(Prepare frame, SafeFileHandle descriptor)
    {
        try
        {
            return new PreparedBackbone(frame, descriptor, time, log);
        }
        catch (Exception refused) when (refused is InvalidDataException or LinuxException or ArgumentException)
        {
            log.Error("A backbone cannot be prepared", refused, ("backbone", frame.BackboneDigest));
            return null;
        }
    }

    private OpenOutcome Open(Open open, SafeFileHandle descriptor, PreparedBackbone? prepared)
    {
        var opener = new SandboxOpener(time, log);

        if (prepared?.Digest != open.BackboneDigest)
        {
            return opener.Open(open, descriptor);
        }

        descriptor.Dispose();

        if (prepared.TryTake(open) is { } built)
        {
            return new OpenOutcome.Opened(built);
        }

        return opener.Open(open, prepared.Take, open.TextFiles.Count == 0 ? prepared.Text : null);
    }

    private void Refuse(Problem problem)
    {
        log.Error("The sandbox cannot be opened", null, ("code", problem.Code.ToWire()), ("reason", problem));
        outbox.Post(new FromSandbox { OpenFailed = new OpenFailed { Code = problem.Code.ToWire(), Message = problem.ToString() } });
    }

    private static string Describe(WorkerFrame frame) =>
        frame.Message is { } message ? message.KindCase.ToString() : $"a {frame.Status} frame";

    public static Ready Describe(OpenedSandbox sandbox) => new()
    {
        MapMs = sandbox.MapTime.TotalMilliseconds,
        KernelsMs = sandbox.KernelsTime.TotalMilliseconds,
        Kernels = $"{sandbox.Backend.Kernels} on {sandbox.Engine.Backbone.Weights}",
        PageBytes = sandbox.Engine.Pages.PageBytes,
        Pages = sandbox.Engine.Pages.Total,
    };
}
