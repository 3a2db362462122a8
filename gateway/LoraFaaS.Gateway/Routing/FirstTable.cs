using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Routing;

/// <summary>
/// Who comes in the first moments after a start waits for the route table, instead of being told that there is none: it is there within a second, and only who calls this gateway
/// by itself comes so early, since it is not ready before. At most as many wait as at a full door, and no longer than for a controller that is not there.
/// </summary>
internal sealed class FirstTable(RouteBoard board, IOptions<GatewayOptions> options, TimeProvider time)
{
    private int _waiting;

    /// <summary>Completes when there is a table, or it was waited for long enough: what there is then is for the caller to be told.</summary>
    public Task ComeAsync(CancellationToken cancellationToken) => board.HasRoutes ? Task.CompletedTask : WaitAsync(cancellationToken);

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) <= options.Value.MaxQueued)
            {
                await board.First.WaitAsync(options.Value.StartWindow, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
