using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Metering;

/// <summary>
/// How often each function was called. Counters live in the warm state, which may be lost; at start they are raised to what the
/// durable usage says, so that a restart does not count from zero.
/// </summary>
public sealed partial class InvocationCounts(IWarmStateStore warm, IUsageStore usage, TimeProvider time, ILogger<InvocationCounts> logger) : IHostedService
{
    private readonly ILogger _logger = logger;

    public ValueTask<IReadOnlyDictionary<FunctionId, long>> ReadAsync(CancellationToken cancellationToken) => warm.GetInvocationsAsync(cancellationToken);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RaiseAsync(cancellationToken);
        }
        catch (Exception exception) when (exception.Passes())
        {
            LogNotRaised(exception.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal async Task RaiseAsync(CancellationToken cancellationToken)
    {
        var counted = await warm.GetInvocationsAsync(cancellationToken);

        foreach (var sum in await usage.SumAsync(DateTimeOffset.UnixEpoch, time.GetUtcNow().AddDays(1), cancellationToken))
        {
            var missing = sum.Invocations - counted.GetValueOrDefault(sum.Function);

            if (missing > 0)
            {
                await warm.AddInvocationsAsync(sum.Function, missing, cancellationToken);
            }
        }
    }

    [LoggerMessage(2601, LogLevel.Warning, "Invocation counters could not be raised to the stored usage: {Message}")]
    private partial void LogNotRaised(string message);
}
