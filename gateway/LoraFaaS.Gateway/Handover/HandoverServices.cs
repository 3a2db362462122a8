using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace LoraFaaS.Gateway.Handover;

/// <summary>A gateway without a name opens its doors as any server does, and hands over nothing.</summary>
internal static class HandoverServices
{
    public static IServiceCollection AddHandover(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton<Leaving>().AddSingleton<Doors>();

        if (options.Handover.Length == 0)
        {
            return services;
        }

        services.AddOptions<SocketTransportOptions>().Configure<Doors>((sockets, doors) => sockets.CreateBoundListenSocket = doors.Open);
        services.AddSingleton<Succession>().AddHostedService(provider => provider.GetRequiredService<Succession>());
        return services.AddHostedService<HandoverDesk>();
    }
}
