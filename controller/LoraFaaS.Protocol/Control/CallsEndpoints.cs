using LoraFaaS.Protocol.Grpc.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Protocol.Control;

/// <summary>Puts the registered <see cref="ICallsService"/> on its paths.</summary>
public static class CallsEndpoints
{
    public static void MapCalls(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);

        var service = routes.ServiceProvider.GetRequiredService<ICallsService>();

        routes.MapGrpcUnary(CallsMethods.Enqueue, (request, _, cancellationToken) => service.EnqueueAsync(request, cancellationToken));
        routes.MapGrpcUnary(CallsMethods.Lease, (request, _, cancellationToken) => service.LeaseAsync(request, cancellationToken));
        routes.MapGrpcUnary(CallsMethods.Renew, (request, _, cancellationToken) => service.RenewAsync(request, cancellationToken));
        routes.MapGrpcUnary(CallsMethods.Cancel, (request, _, cancellationToken) => service.CancelAsync(request, cancellationToken));
        routes.MapGrpcUnary(CallsMethods.Settle, (request, _, cancellationToken) => service.SettleAsync(request, cancellationToken));
        routes.MapGrpcUnimplemented(CallsMethods.Service);
    }
}
