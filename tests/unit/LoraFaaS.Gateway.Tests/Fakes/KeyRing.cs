using Google.Protobuf;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>Keys as the controller would say them, and their texts.</summary>
internal sealed class KeyRing
{
    public Access Access { get; } = new();

    /// <summary>The text that is accepted for a new key.</summary>
    public string Add(string ns = "openfaas-fn", DateTimeOffset? expires = null, Action<ApiKey>? change = null)
    {
        var id = ApiKeyText.NewId();
        var text = ApiKeyText.New(id);
        var key = new ApiKey { Id = id.Value, Namespace = ns, ExpiresUnixMs = expires?.ToUnixTimeMilliseconds() ?? 0 };
        key.Secrets.Add(new ApiKeySecret { Hash = ByteString.CopyFrom(ApiKeyText.Hash(text)) });
        change?.Invoke(key);
        Access.Keys.Add(key);
        return text;
    }

    public RouteUpdate Update() => new() { Access = Access.Clone() };
}
