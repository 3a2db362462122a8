using System.Security.Cryptography;
using System.Text;
using LoraFaaS.ServiceDefaults.Hosting;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>The shared secret, sent as <see cref="HeaderName"/>. Compared by hash and in constant time, so that an answer's timing tells nothing of it.</summary>
public sealed class InternalToken
{
    /// <summary>The wire name that Contracts' WireHeaders gives too; this project imports nothing.</summary>
    public const string HeaderName = "X-Lorafaas-Token";

    private const int MinimumLength = 32;

    private readonly byte[] _hash;
    private readonly byte[] _key;

    public InternalToken(string value)
    {
        ArgumentNullException.ThrowIfNull(value);

        if (value.Length < MinimumLength || value.Any(c => c is <= ' ' or > '~'))
        {
            throw new HostStartException($"The internal token must be at least {MinimumLength} printable ASCII characters without spaces.");
        }

        Value = value;
        _key = Encoding.UTF8.GetBytes(value);
        _hash = SHA256.HashData(_key);
    }

    /// <summary>For the headers of our own calls. Never logged.</summary>
    public string Value { get; }

    public bool Matches(string? given)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(given ?? ""), hash);

        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }

    public override string ToString() => "(secret)";

    /// <summary>HMAC-SHA256 under the token (RFC 2104).</summary>
    /// <param name="mac">Filled, 32 bytes.</param>
    internal void Sign(ReadOnlySpan<byte> text, Span<byte> mac) => HMACSHA256.HashData(_key, text, mac);

    internal static InternalToken Load(string path)
    {
        try
        {
            using var file = new StreamReader(path);
            return new(file.ReadLine()?.Trim() ?? "");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostStartException($"{InternalTokenOptions.Section}:{nameof(InternalTokenOptions.TokenFile)}: {failure.Message}", failure);
        }
    }
}
