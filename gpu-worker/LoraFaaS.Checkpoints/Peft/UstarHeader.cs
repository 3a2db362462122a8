using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>One 512-byte tar header (POSIX.1-1988 ustar, with what GNU tar and libarchive add: base-256 sizes, long names).</summary>
internal readonly record struct UstarHeader(string Name, long Size, char Kind)
{
    public const int Bytes = 512;

    private const int NameBytes = 100;
    private const int SizeAt = 124;
    private const int ChecksumAt = 148;
    private const int KindAt = 156;
    private const int MagicAt = 257;
    private const int PrefixAt = 345;

    /// <summary>Contents are padded to whole 512-byte blocks.</summary>
    public static long Padded(long size) => (size + Bytes - 1) / Bytes * Bytes;

    /// <summary>Null for the all-zero block that ends an archive.</summary>
    public static UstarHeader? Parse(ReadOnlySpan<byte> block)
    {
        if (!block.ContainsAnyExcept((byte)0))
        {
            return null;
        }

        if (ReadOctal(block.Slice(ChecksumAt, 8)) != Checksum(block))
        {
            throw new RefusedException(AdapterArchive.Name, "is not an uncompressed tar, or is damaged (header checksum)");
        }

        var name = ReadText(block[..NameBytes]);
        if (block.Slice(MagicAt, 6).SequenceEqual("ustar\0"u8) && ReadText(block.Slice(PrefixAt, 155)) is { Length: > 0 } prefix)
        {
            name = $"{prefix}/{name}";
        }

        return new UstarHeader(name, ReadSize(block.Slice(SizeAt, 12)), (char)block[KindAt]);
    }

    /// <summary>The canonical header of a regular file: mode 0644, owner and time zero, no names.</summary>
    public static byte[] Canonical(string name, long size)
    {
        var block = new byte[Bytes];
        Encoding.ASCII.GetBytes(name, block);
        WriteOctal(block.AsSpan(100, 8), 0b110_100_100);
        WriteOctal(block.AsSpan(108, 8), 0);
        WriteOctal(block.AsSpan(116, 8), 0);
        WriteOctal(block.AsSpan(SizeAt, 12), size);
        WriteOctal(block.AsSpan(136, 12), 0);
        block[KindAt] = (byte)'0';
        "ustar\000"u8.CopyTo(block.AsSpan(MagicAt));
        WriteOctal(block.AsSpan(ChecksumAt, 7), Checksum(block));
        block[ChecksumAt + 7] = (byte)' ';
        return block;
    }

    /// <summary>The sum of all bytes, the checksum field itself taken as spaces.</summary>
    private static long Checksum(ReadOnlySpan<byte> block)
    {
        var sum = 8L * ' ';
        for (var i = 0; i < Bytes; i++)
        {
            sum += i is >= ChecksumAt and < ChecksumAt + 8 ? 0 : block[i];
        }

        return sum;
    }

    private static long ReadSize(ReadOnlySpan<byte> field)
    {
        // GNU's base-256: the top bit set, the rest a big-endian number.
        if ((field[0] & 0x80) == 0)
        {
            return ReadOctal(field);
        }

        var size = BinaryPrimitives.ReadInt64BigEndian(field[4..]);
        return field[0] == 0x80 && !field[1..4].ContainsAnyExcept((byte)0) && size >= 0
            ? size
            : throw new RefusedException(AdapterArchive.Name, "has an entry of impossible size");
    }

    private static long ReadOctal(ReadOnlySpan<byte> field)
    {
        var value = 0L;
        foreach (var digit in field.Trim(" \0"u8))
        {
            value = digit is >= (byte)'0' and <= (byte)'7'
                ? (value << 3) | (uint)(digit - '0')
                : throw new RefusedException(AdapterArchive.Name, "is not an uncompressed tar, or is damaged (a number is not octal)");
        }

        return value;
    }

    private static void WriteOctal(Span<byte> field, long value)
    {
        var digits = Convert.ToString(value, 8).PadLeft(field.Length - 1, '0');
        if (digits.Length > field.Length - 1)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value.ToString(CultureInfo.InvariantCulture) + " does not fit a tar field");
        }

        Encoding.ASCII.GetBytes(digits, field);
    }

    private static string ReadText(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
