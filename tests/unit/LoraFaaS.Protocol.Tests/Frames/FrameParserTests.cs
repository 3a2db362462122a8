using System.Buffers;
using Google.Protobuf;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;

namespace LoraFaaS.Protocol.Tests.Frames;

public sealed class FrameParserTests
{
    private const int Limit = 1024;

    [Fact]
    public void Every_way_of_cutting_a_frame_in_two_gives_the_same_frame()
    {
        using var frame = PooledFrame.Encode(new Tokens { Text = "löwe", Ids = { 1, 2, 300_000 } });
        var bytes = frame.Bytes.ToArray();

        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var buffer = Segments(bytes[..cut], bytes[cut..]);

            Assert.Equal(FrameStatus.Complete, FrameParser.TryRead(ref buffer, Limit, out var payload));
            Assert.Equal("löwe", Tokens.Parser.ParseFrom(payload).Text);
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void A_frame_short_of_one_byte_is_incomplete_and_leaves_the_buffer_alone()
    {
        using var frame = PooledFrame.Encode(new Tokens { Text = "abc" });
        var buffer = new ReadOnlySequence<byte>(frame.Bytes[..^1]);
        var before = buffer.Length;

        Assert.Equal(FrameStatus.Incomplete, FrameParser.TryRead(ref buffer, Limit, out _));
        Assert.Equal(before, buffer.Length);
    }

    [Theory]
    [InlineData(Limit, FrameStatus.Incomplete)]
    [InlineData(Limit + 1, FrameStatus.TooLarge)]
    [InlineData(int.MaxValue, FrameStatus.TooLarge)]
    [InlineData(uint.MaxValue, FrameStatus.TooLarge)]
    public void A_header_over_the_limit_is_refused_before_its_bytes_come(uint announced, FrameStatus expected)
    {
        var buffer = new ReadOnlySequence<byte>([(byte)(announced >> 24), (byte)(announced >> 16), (byte)(announced >> 8), (byte)announced]);

        Assert.Equal(expected, FrameParser.TryRead(ref buffer, Limit, out _));
    }

    [Fact]
    public void An_empty_message_is_a_frame()
    {
        var buffer = new ReadOnlySequence<byte>(new byte[4]);

        Assert.Equal(FrameStatus.Complete, FrameParser.TryRead(ref buffer, Limit, out var payload));
        Assert.Equal(0, payload.Length);
    }

    [Fact]
    public void Random_bytes_never_throw_and_never_give_more_than_was_there()
    {
        var random = new Random(20_260_101);

        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(0, 64)];
            random.NextBytes(bytes);

            if (random.Next(2) == 0 && bytes.Length >= 4)
            {
                // A plausible header in front, so that the fuzz gets past the limit.
                (bytes[0], bytes[1], bytes[2]) = (0, 0, 0);
            }

            var cut = random.Next(0, bytes.Length + 1);
            var buffer = Segments(bytes[..cut], bytes[cut..]);
            long read = 0;

            while (FrameParser.TryRead(ref buffer, Limit, out var payload) is FrameStatus.Complete)
            {
                read += FrameLimits.HeaderBytes + payload.Length;
            }

            Assert.Equal(bytes.Length, read + buffer.Length);
        }
    }

    private static ReadOnlySequence<byte> Segments(byte[] first, byte[] second)
    {
        var head = new Segment(first, 0);
        var tail = new Segment(second, first.Length);
        head.Append(tail);

        return new(head, 0, tail, second.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long before)
        {
            Memory = bytes;
            RunningIndex = before;
        }

        public void Append(Segment next) => Next = next;
    }
}
