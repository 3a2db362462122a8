using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>
/// What a host plays through before it takes calls, so that its first are not those that the runtime compiles on. Once in a process, within a limit, and whatever becomes of it: no host stays
/// away for a play.
/// </summary>
/// <param name="limit">To serve late is worse than to be slow once.</param>
/// <param name="time">For the limit, and what it took.</param>
/// <param name="logger">Of the one that plays.</param>
public abstract partial class Rehearsal(TimeSpan limit, TimeProvider time, ILogger logger) : IHostedService
{
    private static readonly ConcurrentDictionary<Type, bool> Performed = new();

    private readonly ILogger _logger = logger;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Compiled code is the process's, however many such hosts it has.
        if (!Performed.TryAdd(GetType(), true))
        {
            return;
        }

        using var late = new CancellationTokenSource(limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var begun = time.GetTimestamp();

        try
        {
            LogDone(await PerformAsync(stop.Token), time.GetElapsedTime(begun).TotalMilliseconds);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogCutShort(failure.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>How many calls ended as they should: all of them. Throws where one did not.</summary>
    public abstract Task<int> PerformAsync(CancellationToken cancellationToken);

    [LoggerMessage(1304, LogLevel.Debug, "Rehearsed {Calls} calls in {Milliseconds} ms")]
    private partial void LogDone(int calls, double milliseconds);

    [LoggerMessage(1305, LogLevel.Information, "The rehearsal was cut short, so the first calls will be slower: {Reason}")]
    private partial void LogCutShort(string reason);
}
