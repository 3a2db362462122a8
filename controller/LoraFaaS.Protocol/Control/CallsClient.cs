using LoraFaaS.Protocol.Grpc.Client;

namespace LoraFaaS.Protocol.Control;

/// <summary>The controller's asynchronous calls, as gateways see them.</summary>
public sealed class CallsClient(GrpcChannel channel)
{
    public Task<EnqueueReply> EnqueueAsync(EnqueueRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(CallsMethods.Enqueue, request, new() { Timeout = timeout }, cancellationToken);

    public Task<LeaseReply> LeaseAsync(LeaseRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(CallsMethods.Lease, request, new() { Timeout = timeout }, cancellationToken);

    public Task<RenewReply> RenewAsync(RenewRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(CallsMethods.Renew, request, new() { Timeout = timeout }, cancellationToken);

    public Task<CancelReply> CancelAsync(CancelRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(CallsMethods.Cancel, request, new() { Timeout = timeout }, cancellationToken);

    public Task<SettleReply> SettleAsync(SettleRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        channel.CallAsync(CallsMethods.Settle, request, new() { Timeout = timeout }, cancellationToken);
}
