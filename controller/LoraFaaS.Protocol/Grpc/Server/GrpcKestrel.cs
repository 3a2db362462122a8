using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoraFaaS.Protocol.Grpc.Server;

/// <summary>Kestrel's HTTP/2 settings for our calls. They touch HTTP/2 connections only.</summary>
public static class GrpcKestrel
{
    /// <summary>
    /// Pings find a peer that vanished without closing within 20 s (a worker's session is its lease). Windows of 1 MB and 4 MB let a snapshot of
    /// routes cross in one round trip instead of one for each 96 kB. A gateway's calls share one connection, hence more streams than the usual 100.
    /// </summary>
    public static void UseGrpcLimits(this KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);

        var http2 = kestrel.Limits.Http2;

        http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        http2.InitialStreamWindowSize = 1024 * 1024;
        http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        http2.MaxStreamsPerConnection = 1_000;
    }
}
