using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Protocol.Grpc.Server;

/// <summary>What a handler may know of the call it answers.</summary>
public sealed class GrpcServerCall
{
    internal GrpcServerCall(HttpContext context, TimeSpan? timeout)
    {
        Http = context;
        Timeout = timeout;
    }

    /// <summary>The request that carries the call, for stations that see every request alike.</summary>
    public HttpContext Http { get; }

    /// <summary>What the caller gave the call when it began; null: for ever. The handler's token is cancelled when it is over.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>A header of the caller's; empty when absent.</summary>
    public string Metadata(string name) => Http.Request.Headers[name].ToString();
}
