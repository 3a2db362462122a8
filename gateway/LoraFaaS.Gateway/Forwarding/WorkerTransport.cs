using System.Net;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// The connections to workers: HTTP/1.1, kept alive, nothing followed, unpacked or remembered on the way. Each is proven by both ends before its first call,
/// since who listens where a worker did is not known.
/// </summary>
internal sealed class WorkerTransport : IDisposable
{
    public WorkerTransport(IOptions<GatewayOptions> options, InternalToken token, TimeProvider time)
    {
        var dialer = new ProvenDialer(token, options.Value.ConnectTimeout, options.Value.ProofTimeout, time);
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = dialer.Limit,
            ConnectCallback = dialer.ConnectAsync,

            // Who is disposed of before its end is not drained first: closing is what tells the worker to stop.
            MaxResponseDrainSize = 0,

            // A worker that restarts keeps its address: what idles longer is more likely dead than warm.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        });
    }

    public HttpMessageInvoker Invoker { get; }

    public void Dispose() => Invoker.Dispose();
}
