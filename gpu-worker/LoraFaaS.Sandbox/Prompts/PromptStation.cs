using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Generation;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>
/// Prepares requests one after the other, beside the engine loop: a long prompt takes milliseconds to tokenise, which a running batch must not
/// wait for. Full means that prompts come faster than they can be tokenised: the reader of frames waits.
/// </summary>
internal sealed class PromptStation(PromptBuilder builder, LoopInbox loop, JsonLog log, int capacity = 1_024)
{
    private readonly Channel<PromptArrival> _requests = Channel.CreateBounded<PromptArrival>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });

    public ValueTask PostAsync(PromptArrival request, CancellationToken cancellationToken) => _requests.Writer.WriteAsync(request, cancellationToken);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var request in _requests.Reader.ReadAllAsync(cancellationToken))
        {
            LoopCommand command = Prepare(request) switch
            {
                PromptOutcome.Ready ready when request.Restored is { } restored =>
                    new LoopCommand.RestorePrefix(restored.Name, request.Request.Revision.AdapterDigest, ready.Generation, restored.Image),
                PromptOutcome.Refused refused when request.Restored is { } restored => NotRestored(restored.Name, restored.Image, refused.Problem),
                PromptOutcome.Ready ready => new LoopCommand.Prepared(request.Sequence, ready.Generation),
                PromptOutcome.Refused refused => new LoopCommand.NotPrepared(request.Sequence, refused.Problem),
                _ => throw new System.Diagnostics.UnreachableException(),
            };

            await loop.PostAsync(command, cancellationToken);
        }
    }

    private static LoopCommand.NotRestored NotRestored(string name, SafeFileHandle image, Problem problem)
    {
        image.Dispose();
        return new LoopCommand.NotRestored(name, problem);
    }

    private PromptOutcome Prepare(PromptArrival request)
    {
        try
        {
            return request.IsPrefix ? builder.BuildPrefix(request.Request.Revision) : builder.Build(request.Request);
        }
        catch (Exception fault)
        {
            // A request that breaks the preparation breaks its own only; what broke is in the log for us to mend.
            log.Error("A request could not be prepared", fault, ("sequence", request.Sequence));
            return new PromptOutcome.Refused(new Problem(ErrorCode.Internal, $"The request could not be prepared: {fault.Message}"));
        }
    }
}
