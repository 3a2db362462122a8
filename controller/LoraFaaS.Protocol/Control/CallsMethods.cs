using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Protocol.Control;

/// <summary>The methods of calls.proto's service.</summary>
public static class CallsMethods
{
    public const string Service = "lorafaas.calls.v1.Calls";

    public static readonly GrpcMethod<EnqueueRequest, EnqueueReply> Enqueue = new(Service, nameof(Enqueue), EnqueueRequest.Parser, EnqueueReply.Parser);

    public static readonly GrpcMethod<LeaseRequest, LeaseReply> Lease = new(Service, nameof(Lease), LeaseRequest.Parser, LeaseReply.Parser);

    public static readonly GrpcMethod<RenewRequest, RenewReply> Renew = new(Service, nameof(Renew), RenewRequest.Parser, RenewReply.Parser);

    public static readonly GrpcMethod<CancelRequest, CancelReply> Cancel = new(Service, nameof(Cancel), CancelRequest.Parser, CancelReply.Parser);

    public static readonly GrpcMethod<SettleRequest, SettleReply> Settle = new(Service, nameof(Settle), SettleRequest.Parser, SettleReply.Parser);
}
