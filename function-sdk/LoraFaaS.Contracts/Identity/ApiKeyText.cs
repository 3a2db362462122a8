using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LoraFaaS.Contracts.Identity;

/// <summary>
/// An API key as its holder sends it: <c>lfk_</c>, the public id, <c>_</c>, and 32 random bytes in base64url: 64 characters.
/// With 256 random bits there is nothing to guess, so one SHA-256 keeps it; a slow, salted hash would only slow every call.
/// </summary>
public static class ApiKeyText
{
    public const string Prefix = "lfk_";

    /// <summary>Of the random part.</summary>
    public const int RandomBytes = 32;

    private const int IdEnd = 4 + ApiKeyId.Length;
    private const int Length = IdEnd + 1 + 43;

    public static string New(ApiKeyId id) => $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes))}";

    public static ApiKeyId NewId() => new(RandomNumberGenerator.GetHexString(ApiKeyId.Length, lowercase: true));

    /// <summary>The id inside; says nothing about whether the key is right.</summary>
    public static bool TryReadId(string text, out ApiKeyId id)
    {
        id = default;
        return text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text[IdEnd] == '_'
            && ApiKeyId.TryParse(text[4..IdEnd], out id);
    }

    /// <summary>SHA-256 over the whole text, 32 bytes.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
