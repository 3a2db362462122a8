using System.Collections.Concurrent;
using System.Threading.Channels;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Activation;

/// <summary>
/// Functions that sleep, as their status says, and are in memory all the same because a call was expected: the first one goes straight there, and
/// beside it the controller is told that the function is wanted again. One that cannot be told is told by the next call.
/// </summary>
internal sealed class SleepingCalls(ActivationDesk desk) : BackgroundService
{
    /// <summary>Full means: this call does not tell. The function is called and served; its next call tells.</summary>
    private const int MaxWaiting = 1_024;

    private readonly Channel<RouteEntry> _called = Channel.CreateBounded<RouteEntry>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly ConcurrentDictionary<RevisionKey, byte> _waiting = [];

    public void Called(RouteEntry route)
    {
        if (route is { DesiredReplicas: > 0 } or { IsBackbone: true })
        {
            return;
        }

        var key = KeyOf(route);

        if (_waiting.TryAdd(key, 0) && !_called.Writer.TryWrite(route))
        {
            _waiting.TryRemove(key, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var route in _called.Reader.ReadAllAsync(stoppingToken))
        {
            // However it ends: a refusal is an outcome, and the route says when the function is wanted again.
            await desk.ActivateAsync(route, stoppingToken);
            _waiting.TryRemove(KeyOf(route), out _);
        }
    }

    private static RevisionKey KeyOf(RouteEntry route) => new(route.Function, route.Revision.Number);
}
