using Google.Protobuf;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Routes;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Controller.Rpc;

/// <summary>Keys as control.proto says them: hashes, scope, limits and ends, never a text.</summary>
internal static class AccessWire
{
    public static Access ToWire(this RouteAccess access)
    {
        var wire = new Access();
        wire.Keys.AddRange(access.Keys.Select(ToWire));
        wire.LockedNamespaces.AddRange(access.LockedNamespaces.Select(name => name.Value));
        return wire;
    }

    private static ApiKey ToWire(ApiKeyRecord key)
    {
        var wire = new ApiKey
        {
            Id = key.Id.Value,
            Namespace = key.Namespace.Value,
            ExpiresUnixMs = Milliseconds(key.ExpiresAt),
            RequestsPerMinute = key.Limits.RequestsPerMinute,
            TokensPerMinute = key.Limits.TokensPerMinute,
            MaxConcurrent = key.Limits.MaxConcurrent,
        };

        if (key.Priority is { } priority)
        {
            wire.Priority = (int)priority;
        }

        wire.Functions.AddRange(key.Functions.Select(function => function.Value));
        wire.Secrets.AddRange(key.Secrets.Select(secret => new Protocol.Control.ApiKeySecret
        {
            Hash = ByteString.CopyFrom(Convert.FromHexString(secret.Hash)),
            ExpiresUnixMs = Milliseconds(secret.ExpiresAt),
        }));

        return wire;
    }

    private static long Milliseconds(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds() ?? 0;
}
