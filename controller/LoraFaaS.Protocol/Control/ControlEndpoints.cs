using LoraFaaS.Protocol.Grpc.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Protocol.Control;

/// <summary>Puts the registered <see cref="IControlService"/> on its paths.</summary>
public static class ControlEndpoints
{
    public static void MapControl(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);

        var service = routes.ServiceProvider.GetRequiredService<IControlService>();

        routes.MapGrpcServerStream(ControlMethods.WatchRoutes, (request, _, cancellationToken) => service.WatchRoutesAsync(request, cancellationToken));
        routes.MapGrpcUnary(ControlMethods.Activate, (request, _, cancellationToken) => service.ActivateAsync(request, cancellationToken));
        routes.MapGrpcUnary(ControlMethods.ReadSecrets, (request, _, cancellationToken) => service.ReadSecretsAsync(request, cancellationToken));
        routes.MapGrpcUnary(ControlMethods.ReportArrivals, (request, _, cancellationToken) => service.ReportArrivalsAsync(request, cancellationToken));
        routes.MapGrpcUnary(ControlMethods.LeaseKeyPlaces, (request, _, cancellationToken) => service.LeaseKeyPlacesAsync(request, cancellationToken));
        routes.MapGrpcBidi(ControlMethods.WorkerSession, service.RunWorkerSessionAsync);
        routes.MapGrpcUnimplemented(ControlMethods.Service);
    }
}
