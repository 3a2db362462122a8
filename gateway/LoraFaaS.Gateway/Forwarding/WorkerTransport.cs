using System.Net;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>The connections to workers: HTTP/1.1, kept alive, nothing followed, unpacked or remembered on the way.</summary>
internal sealed class WorkerTransport : IDisposable
{
    public WorkerTransport(IOptions<GatewayOptions> options) => Invoker = new HttpMessageInvoker(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.Value.ConnectTimeout,

        // Who is disposed of before its end is not drained first: closing is what tells the worker to stop.
        MaxResponseDrainSize = 0,

        // A worker that restarts keeps its address: what idles longer is more likely dead than warm.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),
    });

    public HttpMessageInvoker Invoker { get; }

    public void Dispose() => Invoker.Dispose();
}
