using System.Net;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.ServiceDefaults.Tls;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Controllers;

/// <summary>The connections to the controllers. With several, a connection goes to one that takes it: each of them answers for the whole.</summary>
internal sealed class ControllerTransport : IDisposable
{
    public ControllerTransport(IOptions<GatewayOptions> options, PeerAuthority authority)
    {
        var servers = ServerAddresses.Parse(options.Value.ControllerHttpUrl);
        RpcServers = ServerAddresses.Parse(options.Value.ControllerRpcUrl);
        HttpAddress = servers.Name.OriginalString;
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.Value.ConnectTimeout,
            ConnectCallback = servers.ConnectAsync,
            SslOptions = authority.ClientOptions(),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        });
    }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>What requests of the control API are addressed to.</summary>
    public string HttpAddress { get; }

    public ServerAddresses RpcServers { get; }

    public void Dispose() => Invoker.Dispose();
}
