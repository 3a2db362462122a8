using System.IO.Compression;
using System.Text;

namespace LoraFaaS.TestKit.Files;

/// <summary>
/// Archives that an uploader would be wrong to believe: names that climb, links, devices, sparse files, sizes that are only claimed, thousands of entries,
/// zips and cut-off gzips. Seeded: the same <see cref="Random"/> gives the same bytes. Some are harmless by chance; none may do more than be refused.
/// </summary>
public static class HostileArchive
{
    private const int Block = 512;
    private const int MostEntries = 1_200;

    private static readonly string[] Names =
    [
        "adapter_config.json", "adapter_model.safetensors", "./adapter_config.json", "x/adapter_model.safetensors", "../adapter_config.json", "/etc/adapter_config.json",
        "a/../../adapter_model.safetensors", "..\\adapter_config.json", "C:\\adapter_config.json", "adapter_config.json/", "", ".", "..", "a/./b", "a//b", "handler.dll", "..\u2215up", "nul\0tail",
        "adapter_config.json/adapter_config.json", "%2e%2e/adapter_config.json", "\u202eadapter_config.json", "a/b/c/d/e/f/adapter_config.json",
    ];

    /// <summary>Kinds that POSIX, GNU and others know, and some that nobody does.</summary>
    private const string Kinds = "0\0" + "01234567xgLKSDMNVX?~";

    public static byte[] Create(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);

        return random.Next(10) switch
        {
            0 => Gzip(random, Tar(random, entries: 3)),
            1 => Zip(random),
            2 => Tar(random, MostEntries),
            3 => Damaged(random, Tar(random, entries: 4)),
            4 => Bytes(random, random.Next(3 * Block)),
            _ => Tar(random, 1 + random.Next(6)),
        };
    }

    private static byte[] Tar(Random random, int entries)
    {
        using var tar = new MemoryStream();

        for (var i = 0; i < entries; i++)
        {
            var content = Bytes(random, random.Next(entries > 10 ? 1 : 3 * Block));
            var kind = random.Next(2) == 0 ? '0' : Kinds[random.Next(Kinds.Length)];
            var claimed = random.Next(6) == 0 ? Claim(random) : content.Length;

            if (kind is 'x' or 'g')
            {
                content = Encoding.UTF8.GetBytes(Record(random, "path", Names[random.Next(Names.Length)]) + Record(random, "size", Claim(random).ToString(System.Globalization.CultureInfo.InvariantCulture)));
                claimed = content.Length;
            }

            tar.Write(Header(random, Names[random.Next(Names.Length)], claimed, kind));
            tar.Write(content);
            tar.Write(new byte[(Block - (content.Length % Block)) % Block]);
        }

        if (random.Next(4) > 0)
        {
            tar.Write(new byte[2 * Block]);
        }

        return tar.ToArray();
    }

    private static long Claim(Random random) => random.Next(6) switch
    {
        0 => long.MaxValue,
        1 => -1,
        2 => 0x1_FFFF_FFFF,
        3 => 1L << 40,
        4 => 0,
        _ => random.Next(1 << 20),
    };

    /// <summary>With a checksum that is right, so that what is wrong gets as far as it can.</summary>
    private static byte[] Header(Random random, string name, long size, char kind)
    {
        var block = new byte[Block];
        var text = Encoding.UTF8.GetBytes(random.Next(12) == 0 ? new string('n', 99) + name : name);
        text.AsSpan(0, Math.Min(text.Length, 100)).CopyTo(block);
        Octal(block.AsSpan(100, 8), 0xFFF);

        if (size is >= 0 and < 1L << 33)
        {
            Octal(block.AsSpan(124, 12), size);
        }
        else
        {
            block[124] = random.Next(3) == 0 ? (byte)0xff : (byte)0x80;
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(128), size);
        }

        block[156] = (byte)kind;
        Encoding.UTF8.GetBytes("/etc/passwd").CopyTo(block, 157);
        Encoding.ASCII.GetBytes(random.Next(3) == 0 ? "ustar  \0" : "ustar\000").CopyTo(block, 257);

        if (random.Next(8) == 0)
        {
            Encoding.UTF8.GetBytes("../../..").CopyTo(block, 345);
        }

        block.AsSpan(148, 8).Fill((byte)' ');
        Octal(block.AsSpan(148, 7), block.Sum(value => value));
        return block;
    }

    private static string Record(Random random, string key, string value)
    {
        var length = key.Length + Encoding.UTF8.GetByteCount(value) + 3;
        length += (length + 2).ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        return $"{(random.Next(8) == 0 ? length + random.Next(-9, 9) : length)} {key}={value}\n";
    }

    private static byte[] Zip(Random random)
    {
        using var zip = new MemoryStream();

        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in Names.Where(name => name.Length > 0 && random.Next(2) == 0))
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(new byte[random.Next(1 << 16)]);
            }
        }

        return Cut(random, zip.ToArray());
    }

    private static byte[] Gzip(Random random, byte[] content)
    {
        using var packed = new MemoryStream();

        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return Cut(random, packed.ToArray());
    }

    private static byte[] Damaged(Random random, byte[] bytes)
    {
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return Cut(random, bytes);
    }

    private static byte[] Cut(Random random, byte[] bytes) => random.Next(2) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void Octal(Span<byte> field, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(field.Length - 1, '0'), field);
}
