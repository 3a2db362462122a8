using LoraFaaS.Protocol.Data;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Tells a caller who reads along what it waits for, each time an interval has passed and its artifacts are still being loaded.</summary>
internal sealed class WakeProgress(IOptions<WorkerOptions> options, TimeProvider time)
{
    /// <summary>The load's own outcome, whatever became of the telling.</summary>
    public async Task<Loading<LoadedArtifacts>> TellAsync(
        Task<Loading<LoadedArtifacts>> loading, Invocation invocation, IEventSink sink, CancellationToken cancellationToken)
    {
        // Who waits for the whole answer wants no events; a problem is then still a status of its own.
        if (!invocation.Request.Stream)
        {
            return await loading;
        }

        while (!await IsDoneAsync(loading))
        {
            try
            {
                await sink.WriteAsync(new GenerateEvent { Progress = new Progress { Stage = invocation.Stage.ToWord() } }, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The load runs under the same token: it says how it ended, and gives back what it had got.
                break;
            }
        }

        return await loading;
    }

    /// <summary>False each time the interval has passed and the load has not ended. Its end is passed on by the thread that brings it, with no other to be woken on the way.</summary>
    private async Task<bool> IsDoneAsync(Task loading)
    {
        await loading.WaitAsync(options.Value.ProgressInterval, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return loading.IsCompleted;
    }
}
