using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Server;
using LoraFaaS.Protocol.Health;
using LoraFaaS.Protocol.Inference;
using static LoraFaaS.Protocol.Health.HealthCheckResponse.Types;

namespace LoraFaaS.Gateway.Inference;

/// <summary>gRPC's health checking. The server as a whole, by no name, and the service for inference are one: what is said of them is whether calls may be sent here.</summary>
internal sealed class HealthDesk(DoorReadiness readiness)
{
    /// <summary>Anybody may watch, and a watch lasts; who asks often enough needs none.</summary>
    private const int MostWatches = 1_000;

    private readonly TaskCompletionSource _never = new();
    private int _watches;

    public HealthCheckResponse Check(HealthCheckRequest asked) => IsKnown(asked.Service)
        ? new HealthCheckResponse { Status = Status }
        : throw new GrpcStatusException(GrpcProblems.ToStatus(new Problem(ErrorCode.NotFound, $"there is no service '{asked.Service}'")));

    /// <summary>Says how it is, and again whenever that is another, until the caller leaves or this process stops.</summary>
    public async Task WatchAsync(GrpcServerDuplex<HealthCheckRequest, HealthCheckResponse> exchange, CancellationToken cancellationToken)
    {
        var asked = await exchange.ReadAsync(cancellationToken) ?? throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, "The call holds no request.");

        if (Interlocked.Increment(ref _watches) > MostWatches)
        {
            Interlocked.Decrement(ref _watches);
            throw new GrpcStatusException(GrpcStatusCode.ResourceExhausted, $"{MostWatches} watch already; Check is answered.");
        }

        try
        {
            await WatchAsync(exchange, IsKnown(asked.Service), cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _watches);
        }
    }

    private async Task WatchAsync(GrpcServerDuplex<HealthCheckRequest, HealthCheckResponse> exchange, bool isKnown, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, readiness.Stopping);
        ServingStatus? said = null;

        while (true)
        {
            // Taken before the look, so that no change between the two is missed.
            var changed = readiness.First.IsCompleted ? _never.Task : readiness.First;
            var status = isKnown ? Status : ServingStatus.ServiceUnknown;

            if (status != said)
            {
                await exchange.WriteAsync(new HealthCheckResponse { Status = status }, cancellationToken);
                said = status;
            }

            if (readiness.Stopping.IsCancellationRequested)
            {
                throw new GrpcStatusException(GrpcStatusCode.Unavailable, "The server is stopping.");
            }

            await changed.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private ServingStatus Status => readiness.IsReady ? ServingStatus.Serving : ServingStatus.NotServing;

    private static bool IsKnown(string service) => service is "" or InferenceMethods.Service;
}
