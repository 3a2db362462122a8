using System.Net;
using LoraFaaS.ServiceDefaults.Tls;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Ui;

/// <summary>The connections to the console.</summary>
internal sealed class UiTransport(IOptions<GatewayOptions> options, PeerAuthority authority) : IDisposable
{
    public HttpMessageInvoker Invoker { get; } = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.Value.ConnectTimeout,
        SslOptions = authority.ClientOptions(),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
    });

    public void Dispose() => Invoker.Dispose();
}
