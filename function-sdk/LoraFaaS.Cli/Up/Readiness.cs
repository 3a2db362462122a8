using LoraFaaS.Client;

namespace LoraFaaS.Cli.Up;

/// <summary>Waits until the platform can serve: the gateway has its routes and a worker has joined.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static async Task WaitAsync(LoraFaaSClient client, string logFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var missing = "the gateway did not answer";

        try
        {
            while (await MissingAsync(client, linked.Token) is { } still)
            {
                missing = still;
                await Task.Delay(Interval, time, linked.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UsageException($"The platform was not ready within {Limit.TotalSeconds:0} s: {missing}. Its logs are in {logFolder}.");
        }
    }

    /// <summary>What is still waited for; null: it serves.</summary>
    private static async Task<string?> MissingAsync(LoraFaaSClient client, CancellationToken cancellationToken)
    {
        if (!await client.Platform.IsReadyAsync(cancellationToken))
        {
            return "the gateway has no routes from a controller";
        }

        try
        {
            return (await client.Platform.WorkersAsync(cancellationToken)).Any(worker => worker.State == "ready") ? null : "no worker has joined";
        }
        catch (LoraFaaSException e) when (e.Status is System.Net.HttpStatusCode.ServiceUnavailable)
        {
            return e.Message.TrimEnd('.');
        }
    }
}
