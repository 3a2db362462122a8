namespace LoraFaaS.Protocol.Control;

/// <summary>The controller's side of calls.proto. Any failure with a name is answered by throwing <see cref="Grpc.GrpcStatusException"/>.</summary>
public interface ICallsService
{
    Task<EnqueueReply> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken);

    Task<LeaseReply> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken);

    Task<RenewReply> RenewAsync(RenewRequest request, CancellationToken cancellationToken);

    Task<CancelReply> CancelAsync(CancelRequest request, CancellationToken cancellationToken);

    Task<SettleReply> SettleAsync(SettleRequest request, CancellationToken cancellationToken);
}
