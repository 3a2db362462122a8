using System.Net.Security;
using LoraFaaS.Protocol.Addresses;

namespace LoraFaaS.Protocol.Grpc.Client;

/// <summary>How a channel reaches its server.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>Servers that speak HTTP/2, all of them with TLS or all without; each connection goes to one of them.</summary>
    public required ServerAddresses Servers { get; init; }

    /// <summary>For https addresses: whose certificates are believed. Null: what the machine believes.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Sent with every call: the internal token.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Longest wait for a connection. A refused one fails at once.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence after which a ping goes out while calls run. Shorter notices a vanished peer sooner.</summary>
    public TimeSpan KeepAliveDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a ping's answer before every call on the connection fails as UNAVAILABLE.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int MaxMessageBytes { get; init; } = GrpcLimits.DefaultMaxMessageBytes;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
