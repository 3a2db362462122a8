using LoraFaaS.Protocol.Grpc.Server;

namespace LoraFaaS.Protocol.Control;

/// <summary>The controller's side of control.proto. Any failure with a name is answered by throwing <see cref="Grpc.GrpcStatusException"/>.</summary>
public interface IControlService
{
    IAsyncEnumerable<RouteUpdate> WatchRoutesAsync(WatchRoutesRequest request, CancellationToken cancellationToken);

    Task<ActivateReply> ActivateAsync(ActivateRequest request, CancellationToken cancellationToken);

    Task<ReadSecretsReply> ReadSecretsAsync(ReadSecretsRequest request, CancellationToken cancellationToken);

    Task<ArrivalReply> ReportArrivalsAsync(ArrivalReport report, CancellationToken cancellationToken);

    Task<KeyPlacesReply> LeaseKeyPlacesAsync(KeyPlacesRequest request, CancellationToken cancellationToken);

    /// <summary>The session ends when this returns.</summary>
    Task RunWorkerSessionAsync(GrpcServerDuplex<WorkerMessage, WorkerCommand> session, CancellationToken cancellationToken);
}
