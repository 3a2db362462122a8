using LoraFaaS.Policies.Offloading;
using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Beside sequences that run, adapters are packed one after the other with room between them (<see cref="WorkerOptions.LoadShare"/>), so that a token's time does not depend
/// on how many functions are called for the first time. A load that comes alone waits for nothing, and none waits while nobody runs.
/// </summary>
/// <param name="running">How many sequences run.</param>
internal sealed class LoadSpacing(Func<int> running, double share, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _epoch = time.GetTimestamp();
    private TimeSpan _freeAt;

    /// <summary>Completes when a load may begin.</summary>
    public Task TurnAsync(CancellationToken cancellationToken)
    {
        if (running() == 0)
        {
            return Task.CompletedTask;
        }

        var left = Left();
        return left > TimeSpan.Zero ? Task.Delay(left, time, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>A load has ended that was under way for so long.</summary>
    public void Note(TimeSpan took)
    {
        // Whoever has begun meanwhile was not in its way for all of it; who has ended pays nothing.
        if (running() == 0)
        {
            return;
        }

        lock (_gate)
        {
            _freeAt = LoadSpacingPolicy.NextAt(time.GetElapsedTime(_epoch), _freeAt, took, share);
        }
    }

    private TimeSpan Left()
    {
        lock (_gate)
        {
            return _freeAt - time.GetElapsedTime(_epoch);
        }
    }
}
