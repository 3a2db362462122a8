using System.Buffers;
using LoraFaaS.Protocol.Grpc.Wire;

namespace LoraFaaS.Protocol.Tests.Grpc;

public sealed class GrpcWireTests
{
    [Theory]
    [InlineData("150m", 150)]
    [InlineData("1S", 1_000)]
    [InlineData("2M", 120_000)]
    [InlineData("1H", 3_600_000)]
    [InlineData("99999999m", 99_999_999)]
    [InlineData("2000u", 2)]
    [InlineData("3000000n", 3)]
    public void Timeouts_of_every_unit_are_read(string text, double milliseconds)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(milliseconds, timeout.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("15")]
    [InlineData("-1m")]
    [InlineData("1.5S")]
    [InlineData("123456789m")]
    [InlineData("1x")]
    public void What_is_no_timeout_is_not_read(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(150)]
    [InlineData(99_999)]
    [InlineData(100_000)]
    [InlineData(86_400_000)]
    [InlineData(2_000_000_000)]
    public void A_written_timeout_is_never_shorter_than_asked_nor_a_second_longer(double milliseconds)
    {
        Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(TimeSpan.FromMilliseconds(milliseconds)), out var timeout));
        Assert.InRange(timeout.TotalMilliseconds, Math.Max(milliseconds, 0.001), milliseconds + 1_000);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("100% größer\r\n„quoted“ 🦊")]
    [InlineData("")]
    public void Messages_survive_percent_encoding(string text)
    {
        var encoded = GrpcMessageText.Encode(text);

        Assert.All(encoded, c => Assert.InRange(c, ' ', '~'));
        Assert.Equal(text, GrpcMessageText.Decode(encoded));
    }

    [Theory]
    [InlineData("50% off", "50% off")]
    [InlineData("%zz", "%zz")]
    [InlineData("%4", "%4")]
    [InlineData("%41", "A")]
    public void A_sloppy_peers_message_is_still_read(string text, string expected) => Assert.Equal(expected, GrpcMessageText.Decode(text));

    [Fact]
    public void Random_bytes_never_throw_and_never_give_more_than_was_there()
    {
        var random = new Random(99);

        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(0, 50)];
            random.NextBytes(bytes);

            if (bytes.Length > 5)
            {
                (bytes[0], bytes[1], bytes[2], bytes[3]) = ((byte)random.Next(0, 3), 0, 0, 0);
            }

            var buffer = new ReadOnlySequence<byte>(bytes);
            long read = 0;

            while (GrpcMessageParser.TryRead(ref buffer, 1_000, out var message) is GrpcMessageStatus.Complete)
            {
                read += GrpcMessageParser.HeaderBytes + message.Length;
            }

            Assert.Equal(bytes.Length, read + buffer.Length);
        }
    }
}
