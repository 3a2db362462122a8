using System.Text;
using LoraFaaS.Gateway.Forwarding.Wire;

namespace LoraFaaS.Gateway.Tests.Forwarding.Wire;

public sealed class AnswerBodyTests
{
    [Theory]
    [InlineData("3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", "abc0123456789")]
    [InlineData("0\r\n\r\n", "")]
    [InlineData("00003;name=value;x=\"y\"\r\nabc\r\n0;last\r\nTrailer: one\r\nOther: two\r\n\r\n", "abc")]
    [InlineData("2\r\n\r\n\r\n0\r\n\r\n", "\r\n")]
    public void Chunks_are_one_body_however_they_are_cut(string raw, string body)
    {
        var bytes = Encoding.Latin1.GetBytes(raw + "more");

        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var decoder = new AnswerBody(null);
            var memory = bytes.ToArray();

            // In place, as it is used: the target is the memory that is read.
            Assert.True(decoder.TryDecode(memory.AsSpan(0, cut), memory, out var first, out var one));
            Assert.Equal(decoder.IsDone, cut >= raw.Length);
            var rest = decoder.IsDone ? first : cut;
            Assert.Equal(rest, first);
            Assert.True(decoder.TryDecode(memory.AsSpan(rest), memory.AsSpan(rest), out var second, out var two));

            Assert.True(decoder.IsDone);
            Assert.Equal(raw.Length, first + second);
            Assert.Equal(body, Encoding.Latin1.GetString([.. memory.AsSpan(0, one), .. memory.AsSpan(rest, two)]));
        }
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("\r\n")]
    [InlineData("-1\r\n")]
    [InlineData(" 3\r\nabc\r\n")]
    [InlineData("3\nabc\r\n")]
    [InlineData("3\r\nabcd\r\n")]
    [InlineData("3\r\nabc\n")]
    [InlineData("3;\n\r\nabc\r\n")]
    [InlineData("0x3\r\nabc\r\n")]
    [InlineData("fffffffffffffffff\r\nabc\r\n")]
    [InlineData("0000000000000000\r\n\r\n")]
    [InlineData("0\r\n\n")]
    [InlineData("0\r\nTrailer: one\n\r\n")]
    [InlineData("0\r\n\rX")]
    public void What_are_no_chunks_is_told(string raw)
    {
        var bytes = Encoding.Latin1.GetBytes(raw);

        Assert.False(new AnswerBody(null).TryDecode(bytes, bytes, out _, out _));
    }

    [Fact]
    public void Extensions_and_trailers_without_end_are_told()
    {
        foreach (var begin in (string[])["3;", "0\r\nT: "])
        {
            var bytes = Encoding.Latin1.GetBytes(begin + new string('x', 5_000));

            Assert.False(new AnswerBody(null).TryDecode(bytes, bytes, out _, out _));
        }
    }

    [Fact]
    public void A_counted_body_ends_with_its_last_byte()
    {
        var decoder = new AnswerBody(5);
        var bytes = "helloX"u8.ToArray();

        Assert.True(decoder.TryDecode(bytes.AsSpan(0, 2), bytes, out _, out var first));
        Assert.False(decoder.IsDone);
        Assert.True(decoder.TryDecode(bytes.AsSpan(2), bytes.AsSpan(2), out var consumed, out var second));
        Assert.True(decoder.IsDone);
        Assert.Equal((2, 3, 3), (first, consumed, second));
        Assert.True(new AnswerBody(0).IsDone);
    }
}
