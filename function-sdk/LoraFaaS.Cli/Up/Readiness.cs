using LoraFaaS.Client;

namespace LoraFaaS.Cli.Up;

/// <summary>Waits until the platform can serve: the gateway has its routes and a worker has joined.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static async Task WaitAsync(LoraFaaSClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);

        try
        {
            while (!await IsServingAsync(client, linked.Token))
            {
                await Task.Delay(Interval, time, linked.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UsageException($"The platform was not ready within {Limit.TotalSeconds:0} s; its logs are in the data folder under logs/.");
        }
    }

    private static async Task<bool> IsServingAsync(LoraFaaSClient client, CancellationToken cancellationToken)
    {
        if (!await client.Platform.IsReadyAsync(cancellationToken))
        {
            return false;
        }

        try
        {
            return (await client.Platform.WorkersAsync(cancellationToken)).Any(worker => worker.State == "ready");
        }
        catch (LoraFaaSException e) when (e.Status is System.Net.HttpStatusCode.ServiceUnavailable)
        {
            return false;
        }
    }
}
