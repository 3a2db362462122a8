using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LoraFaaS.Worker.Metering;

/// <summary>
/// One record of an append-only file: 4 bytes big-endian length, the first 8 bytes of the payload's SHA-256, the payload. A record whose
/// length or sum does not hold was torn by a crash, and nothing after it was ever acknowledged to anybody.
/// </summary>
internal static class SpoolRecord
{
    internal const int HeaderBytes = 4 + SumBytes;

    /// <summary>Longest payload; a longer length field is a torn one.</summary>
    internal const int MaxPayloadBytes = 64 * 1024;

    private const int SumBytes = 8;

    internal static void Append(MemoryStream output, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxPayloadBytes);

        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32BigEndian(header, payload.Length);
        Sum(payload, header[4..]);
        output.Write(header);
        output.Write(payload);
    }

    /// <summary>True with the payload and the bytes behind it; false at the end of what can be trusted.</summary>
    internal static bool TryRead(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> payload, out ReadOnlyMemory<byte> rest)
    {
        payload = default;
        rest = bytes;

        if (bytes.Length < HeaderBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes.Span);

        if (length is < 0 or > MaxPayloadBytes || bytes.Length - HeaderBytes < length)
        {
            return false;
        }

        var candidate = bytes.Slice(HeaderBytes, length);
        Span<byte> sum = stackalloc byte[SumBytes];
        Sum(candidate.Span, sum);

        if (!sum.SequenceEqual(bytes.Span.Slice(4, SumBytes)))
        {
            return false;
        }

        payload = candidate;
        rest = bytes[(HeaderBytes + length)..];
        return true;
    }

    private static void Sum(ReadOnlySpan<byte> payload, Span<byte> sum)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        hash[..SumBytes].CopyTo(sum);
    }
}
