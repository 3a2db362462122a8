using System.Collections.Frozen;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>Every key and every namespace that asks for one, frozen. Comes with the route table, so nobody is asked while a call waits.</summary>
internal sealed class AccessTable(FrozenDictionary<ApiKeyId, CallerKey> keys, FrozenSet<NamespaceName> locked)
{
    public static readonly AccessTable Empty = new(FrozenDictionary<ApiKeyId, CallerKey>.Empty, []);

    private const string Scheme = "Bearer ";

    public int Count => keys.Count;

    public bool IsLocked(NamespaceName @namespace) => locked.Contains(@namespace);

    public bool Knows(ApiKeyId id) => keys.ContainsKey(id);

    /// <summary>OpenAI clients always send some bearer text: what does not begin like a key of ours is not one.</summary>
    public KeyLookup Find(string? authorization, DateTimeOffset now)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return KeyLookup.Absent.Instance;
        }

        var text = authorization[Scheme.Length..].Trim();

        if (!text.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal))
        {
            return KeyLookup.Absent.Instance;
        }

        if (!ApiKeyText.TryReadId(text, out var id) || !keys.TryGetValue(id, out var key))
        {
            return new KeyLookup.Refused("the API key is not known");
        }

        return key.Judge(ApiKeyText.Hash(text), now) switch
        {
            KeyState.Valid => new KeyLookup.Found(key),
            KeyState.Expired => new KeyLookup.Refused("the API key has expired"),
            _ => new KeyLookup.Refused("the API key is not known"),
        };
    }

    public static AccessTable Read(Access access) => new(
        access.Keys.ToFrozenDictionary(key => new ApiKeyId(key.Id), ToKey),
        access.LockedNamespaces.Select(name => new NamespaceName(name)).ToFrozenSet());

    private static CallerKey ToKey(ApiKey key) => new(
        new ApiKeyId(key.Id),
        new NamespaceName(key.Namespace),
        key.Functions.Select(name => new FunctionName(name)).ToFrozenSet(),
        [.. key.Secrets.Select(secret => new CallerKeySecret(secret.Hash.ToByteArray(), OrNull(secret.ExpiresUnixMs)))],
        new ApiKeyLimits
        {
            RequestsPerMinute = key.RequestsPerMinute,
            TokensPerMinute = key.TokensPerMinute,
            MaxConcurrent = key.MaxConcurrent,
        },
        key.HasPriority ? (FunctionPriority)key.Priority : null,
        OrNull(key.ExpiresUnixMs));

    private static DateTimeOffset? OrNull(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
