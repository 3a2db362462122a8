using System.Collections.Frozen;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>Every key and every namespace that asks for one, frozen. Comes with the route table, so nobody is asked while a call waits.</summary>
internal sealed class AccessTable
{
    public static readonly AccessTable Empty = Read(new Access());

    private const string Scheme = "Bearer ";

    /// <summary>By its id: what is found of it, as every call with it asks anew.</summary>
    private readonly FrozenDictionary<string, KeyLookup.Found> _keys;
    private readonly FrozenDictionary<string, KeyLookup.Found>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly FrozenSet<NamespaceName> _locked;

    private AccessTable(IEnumerable<CallerKey> keys, FrozenSet<NamespaceName> locked)
    {
        _keys = keys.ToFrozenDictionary(key => key.Id.Value, key => new KeyLookup.Found(key), StringComparer.Ordinal);
        _byText = _keys.GetAlternateLookup<ReadOnlySpan<char>>();
        _locked = locked;
    }

    public int Count => _keys.Count;

    public bool IsLocked(NamespaceName @namespace) => _locked.Contains(@namespace);

    public bool Knows(ApiKeyId id) => _keys.ContainsKey(id.Value);

    /// <summary>Null: it was revoked.</summary>
    public CallerKey? Find(ApiKeyId id) => _keys.GetValueOrDefault(id.Value)?.Key;

    /// <summary>OpenAI clients always send some bearer text: what does not begin like a key of ours is not one.</summary>
    public KeyLookup Find(string? authorization, DateTimeOffset now)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return KeyLookup.Absent.Instance;
        }

        var text = authorization.AsSpan(Scheme.Length).Trim();

        if (!text.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal))
        {
            return KeyLookup.Absent.Instance;
        }

        if (ApiKeyText.IdIn(text) is not { IsEmpty: false } id || !_byText.TryGetValue(id, out var found))
        {
            return new KeyLookup.Refused("the API key is not known");
        }

        Span<byte> hash = stackalloc byte[ApiKeyText.HashBytes];
        ApiKeyText.Hash(text, hash);

        return found.Key.Judge(hash, now) switch
        {
            KeyState.Valid => found,
            KeyState.Expired => new KeyLookup.Refused("the API key has expired"),
            _ => new KeyLookup.Refused("the API key is not known"),
        };
    }

    public static AccessTable Read(Access access) => new(
        access.Keys.Select(ToKey),
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
