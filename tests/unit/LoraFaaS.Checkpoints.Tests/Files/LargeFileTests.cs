using LoraFaaS.Checkpoints.Files;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Files;

public sealed unsafe class LargeFileTests
{
    private const int Most = 64 << 10;

    [Theory]
    [InlineData(1)]
    [InlineData(4_095)]
    [InlineData(4_096)]
    [InlineData(100_001)]
    public void Both_ways_give_the_file_s_bytes_to_its_end(int length)
    {
        using var folder = new TempFolder();
        var content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(folder.File("weights"), content);
        using var file = LargeFile.Open(folder.File("weights"));
        Assert.Equal(length, file.Length);

        for (var at = 0; at < length; at += Most)
        {
            var part = content.AsSpan(at, Math.Min(Most, length - at)).ToArray();
            Assert.Equal(part, Read(buffer => file.ReadDirect(at, buffer, Most), part.Length));
            Assert.Equal(part, Read(buffer => file.ReadCached(at, buffer, Most), part.Length));
        }
    }

    [Fact]
    public void A_file_cut_short_under_a_reader_is_an_error()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("weights"), new byte[2 * Most]);
        using var file = LargeFile.Open(folder.File("weights"));
        File.WriteAllBytes(folder.File("weights"), new byte[Most]);

        Assert.Throws<EndOfStreamException>(() => Read(buffer => file.ReadDirect(Most, buffer, Most), Most));
        Assert.Throws<EndOfStreamException>(() => Read(buffer => file.ReadCached(Most, buffer, Most), Most));
    }

    private static byte[] Read(Action<nint> read, int bytes)
    {
        using var buffer = new ReadBuffer(Most);
        read(buffer.Address);
        return new ReadOnlySpan<byte>((void*)buffer.Address, bytes).ToArray();
    }
}
