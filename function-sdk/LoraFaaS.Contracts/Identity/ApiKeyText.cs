using System.Buffers;
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

    /// <summary>Of a key's hash.</summary>
    public const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>Of the random part.</summary>
    public const int RandomBytes = 32;

    /// <summary>Of a character in UTF-8, at most.</summary>
    private const int MostBytesEach = 3;

    private const int IdEnd = 4 + ApiKeyId.Length;
    private const int Length = IdEnd + 1 + 43;

    private static readonly SearchValues<char> IdDigits = SearchValues.Create("0123456789abcdef");

    public static string New(ApiKeyId id) => $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes))}";

    public static ApiKeyId NewId() => new(RandomNumberGenerator.GetHexString(ApiKeyId.Length, lowercase: true));

    /// <summary>The id inside, as it stands there: 16 lower-case hexadecimal digits. Empty: it is no key's text. Says nothing about whether the key is right, and allocates nothing.</summary>
    public static ReadOnlySpan<char> IdIn(ReadOnlySpan<char> text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text[IdEnd] == '_' && !text[Prefix.Length..IdEnd].ContainsAnyExcept(IdDigits)
            ? text[Prefix.Length..IdEnd]
            : [];

    /// <summary>SHA-256 over the whole text, into <see cref="HashBytes"/> bytes.</summary>
    /// <exception cref="ArgumentException">The text is longer than a key's, or there is less room.</exception>
    public static void Hash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[MostBytesEach * Length];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
    }

    /// <summary>SHA-256 over the whole text, 32 bytes.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
