using System.Text;
using LoraFaaS.Storage.Embedded.Journal;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class FrameTests
{
    // RFC 3720, appendix B.4, and the check value of the CRC catalogues.
    [Theory]
    [InlineData("123456789", 0xE3069283)]
    [InlineData("", 0x00000000)]
    public void Checksum_is_crc32c(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Finish(Crc32C.Append(Crc32C.Seed, Encoding.ASCII.GetBytes(text))));

    [Fact]
    public void Checksum_of_32_zero_bytes_is_the_rfc_s() =>
        Assert.Equal(0x8A9136AAu, Crc32C.Finish(Crc32C.Append(Crc32C.Seed, new byte[32])));

    [Fact]
    public void Any_flipped_bit_is_noticed()
    {
        var payload = Encoding.UTF8.GetBytes("E12345678{\"op\":\"x\"}");
        var header = new byte[Frame.HeaderBytes];
        Frame.WriteHeader(header, payload);
        var frame = header.Concat(payload).ToArray();

        for (var bit = 0; bit < frame.Length * 8; bit++)
        {
            var damaged = frame.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var head = damaged.AsSpan(0, Frame.HeaderBytes);
            var body = damaged.AsSpan(Frame.HeaderBytes);

            Assert.False(Frame.TryReadLength(head, out var length) && length == body.Length && Frame.IsIntact(head, body), $"bit {bit}");
        }
    }
}
