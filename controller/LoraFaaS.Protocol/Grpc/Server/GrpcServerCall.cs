using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Protocol.Grpc.Server;

/// <summary>What a handler may know of the call it answers.</summary>
public sealed class GrpcServerCall
{
    private readonly HttpContext _context;

    internal GrpcServerCall(HttpContext context, TimeSpan? timeout)
    {
        _context = context;
        Timeout = timeout;
    }

    /// <summary>What the caller gave the call when it began; null: for ever. The handler's token is cancelled when it is over.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>A header of the caller's; empty when absent.</summary>
    public string Metadata(string name) => _context.Request.Headers[name].ToString();
}
