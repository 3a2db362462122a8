using System.Buffers.Binary;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>
/// The unit that is on disk whole or not at all: marker <c>LFR1</c>, payload length, CRC-32C over length and payload
/// (4 bytes each, little-endian), payload. One frame is one group commit, so a crash can tear only the last frame of a file.
/// </summary>
internal static class Frame
{
    public const int HeaderBytes = 12;

    /// <summary>Largest payload. Far above a batch's bound (1 MiB and one entry of at most 16 MiB), far below four printable characters read as a length.</summary>
    public const int MaxPayloadBytes = 64 << 20;

    private const uint Marker = 0x3152_464C;

    public static void WriteHeader(Span<byte> header, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, Marker);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Checksum(header.Slice(4, 4), payload));
    }

    /// <summary>The payload's length, if these can be the first bytes of a frame.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> header, out int payloadBytes)
    {
        payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);

        return BinaryPrimitives.ReadUInt32LittleEndian(header) == Marker && payloadBytes is > 0 and <= MaxPayloadBytes;
    }

    public static bool IsIntact(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == Checksum(header.Slice(4, 4), payload);

    private static uint Checksum(ReadOnlySpan<byte> length, ReadOnlySpan<byte> payload) =>
        Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Seed, length), payload));
}
