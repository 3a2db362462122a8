using System.Buffers.Binary;
using System.Numerics;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), by the CPU's instruction where it has one.</summary>
internal static class Crc32C
{
    public const uint Seed = 0xFFFF_FFFF;

    /// <summary>Goes on from <paramref name="crc"/>, which starts as <see cref="Seed"/>; <see cref="Finish"/> gives the checksum.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }

    public static uint Finish(uint crc) => ~crc;
}
