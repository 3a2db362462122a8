using System.Security.Cryptography;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>One text that a key is accepted by, as its SHA-256.</summary>
internal sealed class CallerKeySecret(byte[] hash, DateTimeOffset? expiresAt)
{
    /// <summary>Null: as long as the key.</summary>
    public DateTimeOffset? ExpiresAt => expiresAt;

    public bool Matches(ReadOnlySpan<byte> given) => CryptographicOperations.FixedTimeEquals(given, hash);
}
