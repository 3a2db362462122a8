using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LoraFaaS.Gateway.Async;

/// <summary>Connections to callers' own servers: no proxy, no redirects, no cookies, and only to addresses that are allowed.</summary>
internal sealed class CallbackTransport : IDisposable
{
    private readonly CallbackRule _rule;

    public CallbackTransport(CallbackRule rule)
    {
        _rule = rule;
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = 64,
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = OwnChainOnly() },
        });
    }

    public HttpMessageInvoker Invoker { get; }

    public void Dispose() => Invoker.Dispose();

    /// <summary>
    /// A server brings its whole chain: fetching a certificate that it leaves out would go to whatever address the certificate names, past the rule for addresses, and
    /// would block the thread that other connections wait for (<see cref="InlineSockets"/>).
    /// </summary>
    private static X509ChainPolicy OwnChainOnly() => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        IPAddress[] allowed = [.. addresses.Where(address => CallbackAddresses.Allows(address, _rule.PrivateToo))];

        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"{context.DnsEndPoint.Host} has no address that callbacks are allowed to go to");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
