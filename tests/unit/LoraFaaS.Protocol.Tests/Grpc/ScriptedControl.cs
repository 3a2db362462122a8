using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Server;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>A controller that does what the request says, so that a client can try every way a call can go. js/server.mjs is its twin.</summary>
internal sealed class ScriptedControl : IControlService
{
    public const string FailureText = "keine Funktion „ü“ 100%\nsecond line";

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _started = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _cancelled = new();

    public Task<ArrivalReply> ReportArrivalsAsync(ArrivalReport report, CancellationToken cancellationToken) =>
        throw new GrpcStatusException(GrpcStatusCode.Unimplemented, nameof(ReportArrivalsAsync));

    public Task<KeyPlacesReply> LeaseKeyPlacesAsync(KeyPlacesRequest request, CancellationToken cancellationToken) =>
        throw new GrpcStatusException(GrpcStatusCode.Unimplemented, nameof(LeaseKeyPlacesAsync));

    public async Task<ActivateReply> ActivateAsync(ActivateRequest request, CancellationToken cancellationToken)
    {
        var tag = request.Key.Namespace;

        switch (request.Key.Function)
        {
            case "echo":
                return new() { WorkerId = tag, RetryAfterMs = request.TimeLeftMs };
            case "large":
                return new() { WorkerId = new string('x', request.TimeLeftMs), RetryAfterMs = tag.Length };
            case "fail":
                throw new GrpcStatusException(GrpcStatusCode.NotFound, FailureText);
            case "broken":
                throw new InvalidOperationException("a detail that stays inside");
            case "wait":
                await NeverAsync(tag, cancellationToken);
                return new();
            case "was-started":
                await Patience.ForAsync(Of(_started, tag).Task);
                return new() { WorkerId = tag };
            case "was-cancelled":
                await Patience.ForAsync(Of(_cancelled, tag).Task);
                return new() { WorkerId = tag };
            default:
                throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, request.Key.Function);
        }
    }

    public async IAsyncEnumerable<RouteUpdate> WatchRoutesAsync(WatchRoutesRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (word, argument) = request.GatewayId.Split(':') is [var first, var second] ? (first, second) : (request.GatewayId, "");
        var count = word is "count" or "fail-after" ? int.Parse(argument, CultureInfo.InvariantCulture) : int.MaxValue;

        if (word is "silent")
        {
            await NeverAsync(argument, cancellationToken);
        }

        try
        {
            for (var version = 1; version <= count; version++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new() { Version = version };
            }
        }
        finally
        {
            if (word is "endless")
            {
                Of(_cancelled, argument).TrySetResult();
            }
        }

        if (word is "fail-after")
        {
            throw new GrpcStatusException(GrpcStatusCode.FailedPrecondition, "after " + argument);
        }
    }

    public Task<ReadSecretsReply> ReadSecretsAsync(ReadSecretsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async Task RunWorkerSessionAsync(GrpcServerDuplex<WorkerMessage, WorkerCommand> session, CancellationToken cancellationToken)
    {
        var tag = "";

        try
        {
            await foreach (var message in session.ReadAllAsync(cancellationToken))
            {
                tag = message.Hello?.WorkerId ?? tag;
                await session.WriteAsync(Answer(message), cancellationToken);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            Of(_cancelled, tag).TrySetResult();
            throw;
        }

        // grpc-js half-closes before it resets a call it cancels: a session that said hello waits for the reset.
        if (tag.Length > 0)
        {
            await NeverAsync(tag, cancellationToken);
        }

        await session.WriteAsync(new() { CommandId = 999, Drain = new() }, cancellationToken);
    }

    private static WorkerCommand Answer(WorkerMessage message) => message.KindCase switch
    {
        WorkerMessage.KindOneofCase.Hello => new() { Welcome = new() { ControllerId = message.Hello.WorkerId } },
        WorkerMessage.KindOneofCase.Heartbeat => new() { CommandId = (ulong)message.Heartbeat.Sequence },
        _ => throw new GrpcStatusException(GrpcStatusCode.Aborted, "no more of this"),
    };

    private async Task NeverAsync(string tag, CancellationToken cancellationToken)
    {
        Of(_started, tag).TrySetResult();

        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Of(_cancelled, tag).TrySetResult();
            throw;
        }
    }

    private static TaskCompletionSource Of(ConcurrentDictionary<string, TaskCompletionSource> signals, string tag) => signals.GetOrAdd(tag, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
