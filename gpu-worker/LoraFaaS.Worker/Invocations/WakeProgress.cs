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

    private async Task<bool> IsDoneAsync(Task loading)
    {
        using var noMore = new CancellationTokenSource();
        var tick = Task.Delay(options.Value.ProgressInterval, time, noMore.Token);
        var first = await Task.WhenAny(loading, tick);
        await noMore.CancelAsync();

        return first == loading;
    }
}
