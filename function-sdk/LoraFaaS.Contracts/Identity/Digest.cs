using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace LoraFaaS.Contracts.Identity;

/// <summary>A content address, written <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
public readonly record struct Digest(string Value)
{
    private const string Prefix = "sha256:";

    /// <summary>The 64 digits alone, as used in file names.</summary>
    public string Hex => Value[Prefix.Length..];

    public static Digest OfBytes(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    public static Digest FromHash(ReadOnlySpan<byte> sha256) => new(Prefix + Convert.ToHexStringLower(sha256));

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;

        if (text is null || text.Length != Prefix.Length + 64 || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in text.AsSpan(Prefix.Length))
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        digest = new Digest(text);
        return true;
    }

    public override string ToString() => Value;
}
