using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoraFaaS.Controller.Rpc;

/// <summary>The gRPC side of the controller.</summary>
internal static class RpcServices
{
    public static IServiceCollection AddControllerRpc(this IServiceCollection services)
    {
        services.Configure<KestrelServerOptions>(kestrel => kestrel.UseGrpcLimits());
        return services.AddSingleton<IControlService, ControlService>().AddSingleton<ICallsService, CallsService>();
    }

    public static void MapControllerRpc(this IEndpointRouteBuilder routes)
    {
        routes.MapControl();
        routes.MapCalls();
    }
}
