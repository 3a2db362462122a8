using LoraFaaS.Protocol.Grpc.Client;

namespace LoraFaaS.Protocol.Control;

/// <summary>The controller, as gateways and workers call it.</summary>
public sealed class ControlClient(GrpcChannel channel)
{
    /// <summary>A snapshot, then changes, until the call breaks: whoever watches opens it again and gets a snapshot first.</summary>
    public IAsyncEnumerable<RouteUpdate> WatchRoutesAsync(WatchRoutesRequest request, CancellationToken cancellationToken) =>
        channel.StreamAsync(ControlMethods.WatchRoutes, request, GrpcCallOptions.None, cancellationToken);

    public Task<ActivateReply> ActivateAsync(ActivateRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(ControlMethods.Activate, request, new() { Timeout = timeout }, cancellationToken);

    /// <summary>Values of the secrets that a function's revision names.</summary>
    public Task<ReadSecretsReply> ReadSecretsAsync(ReadSecretsRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(ControlMethods.ReadSecrets, request, new() { Timeout = timeout }, cancellationToken);

    public Task<ArrivalReply> ReportArrivalsAsync(ArrivalReport report, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(ControlMethods.ReportArrivals, report, new() { Timeout = timeout }, cancellationToken);

    public Task<KeyPlacesReply> LeaseKeyPlacesAsync(KeyPlacesRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(ControlMethods.LeaseKeyPlaces, request, new() { Timeout = timeout }, cancellationToken);

    /// <summary>A worker's session, which is its lease: it lasts as long as the worker does.</summary>
    public Task<GrpcDuplexCall<WorkerMessage, WorkerCommand>> OpenWorkerSessionAsync(CancellationToken cancellationToken) =>
        channel.OpenDuplexAsync(ControlMethods.WorkerSession, GrpcCallOptions.None, cancellationToken);
}
