using System.Text;
using LoraFaaS.Gateway.Forwarding.Wire;

namespace LoraFaaS.Gateway.Tests.Forwarding.Wire;

public sealed class AnswerHeadParserTests
{
    private const string Good = "HTTP/1.1 200 OK\r\nContent-Type: application/x-lorafaas-events\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\nTransfer-Encoding: chunked\r\n\r\n";

    [Fact]
    public void A_workers_head_is_read_and_not_a_byte_more()
    {
        Assert.Equal(AnswerHeadStatus.Complete, Parse(Good + "2a\r\n", out var head, out var consumed));
        Assert.Equal((Good.Length, 200, null, true, true), (consumed, head.Status, head.Length, head.KeepsAlive, head.IsEvents));
    }

    [Fact]
    public void A_refusals_head_is_read()
    {
        const string Refusal = "HTTP/1.1 429 Too Many Requests\r\ncontent-length:  12 \r\nRETRY-AFTER: 3\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n\r\n";

        Assert.Equal(AnswerHeadStatus.Complete, Parse(Refusal, out var head, out _));
        Assert.Equal(new AnswerHead(429, 12, KeepsAlive: false, IsEvents: false, TimeSpan.FromSeconds(3)), head);
    }

    [Fact]
    public void Cut_anywhere_it_is_incomplete_and_never_something_else()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            Assert.Equal(AnswerHeadStatus.Incomplete, Parse(Good[..length], out _, out _));
        }
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("\0LFPROOF")]
    [InlineData("<html>")]
    [InlineData("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\nContent-Length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: \0\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: nameless\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 1\r\n\r\n")]
    public void What_two_readers_could_read_differently_is_malformed(string text) => Assert.Equal(AnswerHeadStatus.Malformed, Parse(text, out _, out _));

    [Fact]
    public void A_head_without_end_is_given_up()
    {
        var endless = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", AnswerHeadParser.MaxBytes / 6));

        Assert.Equal(AnswerHeadStatus.Malformed, Parse(endless, out _, out _));
        Assert.Equal(AnswerHeadStatus.Malformed, Parse(endless + "Content-Length: 0\r\n\r\n", out _, out _));
    }

    [Fact]
    public void Whatever_comes_has_an_outcome()
    {
        var random = new Random(5);
        var good = Encoding.Latin1.GetBytes(Good);

        for (var turn = 0; turn < 20_000; turn++)
        {
            var bytes = good.ToArray();

            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (AnswerHeadParser.TryParse(bytes, out var head, out var consumed) is AnswerHeadStatus.Complete)
            {
                Assert.InRange(head.Status, 100, 999);
                Assert.InRange(consumed, 1, bytes.Length);
            }
        }
    }

    private static AnswerHeadStatus Parse(string text, out AnswerHead head, out int consumed) =>
        AnswerHeadParser.TryParse(Encoding.Latin1.GetBytes(text), out head, out consumed);
}
