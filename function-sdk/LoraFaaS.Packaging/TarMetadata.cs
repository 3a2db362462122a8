using System.Buffers.Binary;

namespace LoraFaaS.Packaging;

/// <summary>
/// Looks at a tar's headers before anybody reads its contents (POSIX pax, GNU long names): a reader takes memory for as many bytes of metadata
/// as an entry claims to have, before it has seen one of them.
/// </summary>
internal static class TarMetadata
{
    private const int Block = 512;
    private const int SizeOffset = 124;
    private const int SizeLength = 12;
    private const int TypeOffset = 156;

    /// <summary>Bytes of names and attributes of one entry. A package's paths have at most 100.</summary>
    private const long MaxBytes = 64 << 10;

    /// <summary>True where an entry claims more metadata than any package needs. A stream that cannot go back is not looked at; afterwards it is where it was.</summary>
    public static async Task<bool> IsTooLongAsync(Stream tar, CancellationToken cancellationToken)
    {
        if (!tar.CanSeek)
        {
            return false;
        }

        var start = tar.Position;
        var header = new byte[Block];

        try
        {
            while (await tar.ReadAtLeastAsync(header, Block, throwOnEndOfStream: false, cancellationToken) == Block)
            {
                var size = SizeOf(header.AsSpan(SizeOffset, SizeLength));

                if (header[TypeOffset] is (byte)'L' or (byte)'K' or (byte)'x' or (byte)'X' or (byte)'g' && size is < 0 or > MaxBytes)
                {
                    return true;
                }

                // What is broken is the reader's to refuse: here nothing is taken from it.
                if (size < 0 || size > tar.Length - tar.Position)
                {
                    return false;
                }

                tar.Position += (size + Block - 1) / Block * Block;
            }

            return false;
        }
        finally
        {
            tar.Position = start;
        }
    }

    /// <summary>Octal digits, or GNU's base 256; negative where it is neither.</summary>
    private static long SizeOf(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            return BinaryPrimitives.ReadInt64BigEndian(field[^sizeof(long)..]);
        }

        long size = 0;

        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return -1;
            }

            size = (size << 3) | (uint)(digit - '0');
        }

        return size;
    }
}
