using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Protocol.Control;

/// <summary>The methods of control.proto's service.</summary>
public static class ControlMethods
{
    public const string Service = "lorafaas.control.v1.Control";

    public static readonly GrpcMethod<WatchRoutesRequest, RouteUpdate> WatchRoutes = new(Service, nameof(WatchRoutes), WatchRoutesRequest.Parser, RouteUpdate.Parser);

    public static readonly GrpcMethod<ActivateRequest, ActivateReply> Activate = new(Service, nameof(Activate), ActivateRequest.Parser, ActivateReply.Parser);

    public static readonly GrpcMethod<ArrivalReport, ArrivalReply> ReportArrivals = new(Service, nameof(ReportArrivals), ArrivalReport.Parser, ArrivalReply.Parser);

    public static readonly GrpcMethod<KeyPlacesRequest, KeyPlacesReply> LeaseKeyPlaces = new(Service, nameof(LeaseKeyPlaces), KeyPlacesRequest.Parser, KeyPlacesReply.Parser);

    public static readonly GrpcMethod<WorkerMessage, WorkerCommand> WorkerSession = new(Service, nameof(WorkerSession), WorkerMessage.Parser, WorkerCommand.Parser);

    public static readonly GrpcMethod<ReadSecretsRequest, ReadSecretsReply> ReadSecrets = new(Service, nameof(ReadSecrets), ReadSecretsRequest.Parser, ReadSecretsReply.Parser);
}
