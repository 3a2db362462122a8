using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Several generations side by side, their events in one stream as they come. Leaving the stream early stops them all.</summary>
internal sealed class GenerationFanOut(GenerationRunner runner)
{
    /// <summary>Full means wait: a slow reader holds back its own generations.</summary>
    private const int Buffered = 16;

    public IAsyncEnumerable<ChoiceEvent> RunAsync(
        Invocation invocation, RouteEntry route, IReadOnlyList<GenerateRequest> requests, CancellationToken cancellationToken) =>
        requests.Count == 1
            ? RunOneAsync(invocation, route, requests[0], cancellationToken)
            : RunManyAsync(invocation, route, requests, cancellationToken);

    private async IAsyncEnumerable<ChoiceEvent> RunOneAsync(
        Invocation invocation, RouteEntry route, GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in runner.RunAsync(invocation, route, request, cancellationToken))
        {
            yield return new ChoiceEvent(0, happened);
        }
    }

    private async IAsyncEnumerable<ChoiceEvent> RunManyAsync(
        Invocation invocation,
        RouteEntry route,
        IReadOnlyList<GenerateRequest> requests,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateBounded<ChoiceEvent>(new BoundedChannelOptions(Buffered) { SingleReader = true });
        var pumping = PumpAllAsync(invocation, route, requests, events.Writer, stop.Token);

        try
        {
            await foreach (var happened in events.Reader.ReadAllAsync(cancellationToken))
            {
                yield return happened;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await pumping;
        }
    }

    /// <summary>Ends the channel with whatever ended the generations; never throws itself.</summary>
    private async Task PumpAllAsync(
        Invocation invocation,
        RouteEntry route,
        IReadOnlyList<GenerateRequest> requests,
        ChannelWriter<ChoiceEvent> events,
        CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(requests.Select((request, index) => PumpAsync(invocation, route, request, index, events, cancellationToken)));
            events.TryComplete();
        }
        catch (Exception exception)
        {
            events.TryComplete(exception);
        }
    }

    private async Task PumpAsync(
        Invocation invocation,
        RouteEntry route,
        GenerateRequest request,
        int index,
        ChannelWriter<ChoiceEvent> events,
        CancellationToken cancellationToken)
    {
        request.UsageKey = invocation.Usage.OfChoice(index);

        await foreach (var happened in runner.RunAsync(invocation, route, request, cancellationToken))
        {
            await events.WriteAsync(new ChoiceEvent(index, happened), cancellationToken);
        }
    }
}
