using System.Security.Cryptography;

namespace LoraFaaS.ControlPlane.Secrets;

/// <summary>256 bits that seal secrets. The id is derived from them, so that two keys cannot share one by mistake.</summary>
public sealed class SecretKey
{
    public const int Bytes = 32;

    private readonly byte[] _bytes;

    public SecretKey(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);

        _bytes = bytes;

        // A label makes the id's hash one that nothing else computes.
        Id = Convert.ToHexStringLower(SHA256.HashData([.. "lorafaas secret key id"u8, .. bytes]).AsSpan(0, 8));
    }

    /// <summary>16 hexadecimal digits; tells nothing about the key.</summary>
    public string Id { get; }

    public override string ToString() => Id;

    internal AesGcm Cipher() => new(_bytes, AesGcm.TagByteSizes.MaxSize);
}
