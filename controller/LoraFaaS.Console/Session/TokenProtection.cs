using System.Security.Cryptography;
using System.Text;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.DataProtection;

namespace LoraFaaS.Console.Session;

/// <summary>
/// Seals cookies and forms with AES-256-GCM under keys derived from the platform's internal token (HKDF, RFC 5869), one for each purpose. So a login
/// outlives a restart, any console of the platform can read it, and nothing need be stored.
/// </summary>
internal sealed class TokenProtection : IDataProtectionProvider, IDataProtector
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _secret;
    private readonly byte[] _key;

    public TokenProtection(InternalToken token)
        : this(HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(token.Value), 32, info: "lorafaas console"u8.ToArray()))
    {
    }

    private TokenProtection(byte[] secret)
    {
        _secret = secret;
        _key = HKDF.Expand(HashAlgorithmName.SHA256, secret, 32, "seal"u8.ToArray());
    }

    public IDataProtector CreateProtector(string purpose) =>
        new TokenProtection(HKDF.Expand(HashAlgorithmName.SHA256, _secret, 32, Encoding.UTF8.GetBytes("purpose " + purpose)));

    public byte[] Protect(byte[] plaintext)
    {
        var result = new byte[NonceBytes + plaintext.Length + TagBytes];
        var nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(nonce, plaintext, result.AsSpan(NonceBytes, plaintext.Length), result.AsSpan(NonceBytes + plaintext.Length));
        return result;
    }

    /// <exception cref="CryptographicException">Not sealed by this platform for this purpose, or changed since.</exception>
    public byte[] Unprotect(byte[] protectedData)
    {
        if (protectedData.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("Too short to have been sealed here.");
        }

        var plaintext = new byte[protectedData.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Decrypt(
            protectedData.AsSpan(0, NonceBytes), protectedData.AsSpan(NonceBytes, plaintext.Length), protectedData.AsSpan(NonceBytes + plaintext.Length), plaintext);
        return plaintext;
    }
}
