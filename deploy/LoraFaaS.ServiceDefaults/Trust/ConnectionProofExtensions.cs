using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>The hosts' side of a connection's proof.</summary>
public static class ConnectionProofExtensions
{
    /// <summary>For a host that others are told the address of: its HTTP door takes proofs for that address (<see cref="ProvenDialer"/>).</summary>
    public static IServiceCollection AddConnectionProof(this IServiceCollection services) => services.AddSingleton<ConnectionProofDoor>();

    /// <summary>Lets callers prove themselves once a connection instead of sending the token with each request. Outermost: before TLS, where there is any.</summary>
    /// <param name="listen">The address that callers dial.</param>
    /// <param name="token">The platform's.</param>
    /// <param name="authority">Host and port as callers dial them; awaited, since connections may come before a server knows its own port.</param>
    /// <param name="time">The clock that bounds each step.</param>
    public static ListenOptions UseConnectionProof(
        this ListenOptions listen, InternalToken token, Func<CancellationToken, Task<string>> authority, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(listen);

        var idleLimit = listen.KestrelServerOptions.Limits.KeepAliveTimeout;
        listen.Use(next => new ConnectionProofStation(next, token, authority, idleLimit, time).OnConnectionAsync);

        return listen;
    }
}
