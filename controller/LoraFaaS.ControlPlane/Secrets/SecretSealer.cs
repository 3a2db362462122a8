using System.Security.Cryptography;
using System.Text;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Secrets;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D). Sealed bytes are a random nonce of 12, the ciphertext, and a tag of 16. Namespace, name and key id are
/// authenticated with it, so that a row copied over another one does not open.
/// </summary>
public sealed class SecretSealer(SecretKeyRing ring)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>False: there is no key to seal with.</summary>
    public bool CanSeal => ring.Current is not null;

    public bool IsCurrent(SealedValue value) => value.KeyId == ring.Current?.Id;

    public SealedValue Seal(NamespaceName @namespace, SecretName name, ReadOnlySpan<byte> value)
    {
        var key = ring.Current ?? throw new InvalidOperationException("There is no key to seal with; callers ask first.");
        var bytes = new byte[NonceBytes + value.Length + TagBytes];
        var nonce = bytes.AsSpan(0, NonceBytes);

        // Random nonces are safe for 2^32 values under one key.
        RandomNumberGenerator.Fill(nonce);
        using var cipher = key.Cipher();
        cipher.Encrypt(nonce, value, bytes.AsSpan(NonceBytes, value.Length), bytes.AsSpan(NonceBytes + value.Length), Label(@namespace, name, key.Id));
        return new SealedValue(key.Id, bytes);
    }

    public SealOpening TryOpen(SecretRecord secret, out byte[] value)
    {
        value = [];

        if (ring.Find(secret.Value.KeyId) is not { } key)
        {
            return SealOpening.KeyMissing;
        }

        var bytes = secret.Value.Bytes.AsSpan();

        if (bytes.Length < NonceBytes + TagBytes)
        {
            return SealOpening.Damaged;
        }

        var opened = new byte[bytes.Length - NonceBytes - TagBytes];
        using var cipher = key.Cipher();

        try
        {
            cipher.Decrypt(bytes[..NonceBytes], bytes[NonceBytes..^TagBytes], bytes[^TagBytes..], opened, Label(secret.Namespace, secret.Name, key.Id));
        }
        catch (AuthenticationTagMismatchException)
        {
            return SealOpening.Damaged;
        }

        value = opened;
        return SealOpening.Opened;
    }

    /// <summary>None of the three can hold a slash, so no two labels are alike.</summary>
    private static byte[] Label(NamespaceName @namespace, SecretName name, string keyId) =>
        Encoding.UTF8.GetBytes($"lorafaas-secret/{@namespace}/{name}/{keyId}");
}
