using System.IO.Pipelines;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Frames;

public sealed class FrameStreamTests
{
    [Fact]
    public async Task Messages_come_out_in_the_order_they_went_in()
    {
        var pipe = new Pipe();
        await using var writer = new FrameWriter(pipe.Writer);
        await using var reader = new FrameReader<Tokens>(pipe.Reader, Tokens.Parser);

        for (var i = 0; i < 100; i++)
        {
            writer.Write(new Tokens { Ids = { i }, Text = new string('x', i * 7) });
        }

        await writer.FlushAsync(CancellationToken.None);
        await pipe.Writer.CompleteAsync();

        var ids = new List<int>();

        await foreach (var message in reader.ReadAllAsync(CancellationToken.None))
        {
            ids.Add(message.Ids[0]);
        }

        Assert.Equal(Enumerable.Range(0, 100), ids);
    }

    [Fact]
    public async Task A_message_is_read_as_soon_as_it_is_flushed()
    {
        var pipe = new Pipe();
        await using var writer = new FrameWriter(pipe.Writer);
        await using var reader = new FrameReader<Tokens>(pipe.Reader, Tokens.Parser);

        var reading = reader.ReadAsync(CancellationToken.None).AsTask();
        Assert.False(reading.IsCompleted);

        await writer.WriteAsync(new Tokens { Text = "now" }, CancellationToken.None);
        var read = await Patience.ForAsync(reading);

        Assert.Equal(FrameReadStatus.Message, read.Status);
        Assert.Equal("now", read.Message!.Text);
    }

    [Theory]
    [InlineData(new byte[0], FrameReadStatus.End)]
    [InlineData(new byte[] { 0, 0 }, FrameReadStatus.Torn)]
    [InlineData(new byte[] { 0, 0, 0, 9, 1 }, FrameReadStatus.Torn)]
    [InlineData(new byte[] { 0x7f, 0, 0, 0, 1, 2, 3 }, FrameReadStatus.TooLarge)]
    [InlineData(new byte[] { 0, 0, 0, 2, 0xff, 0xff }, FrameReadStatus.Malformed)]
    public async Task Every_ending_has_a_name(byte[] bytes, FrameReadStatus expected)
    {
        await using var reader = new FrameReader<Tokens>(new MemoryStream(bytes), Tokens.Parser);

        var read = await reader.ReadAsync(CancellationToken.None);

        Assert.Equal(expected, read.Status);
        Assert.Null(read.Message);
    }

    [Fact]
    public async Task An_enumeration_over_a_torn_stream_throws_rather_than_ending_early()
    {
        await using var reader = new FrameReader<Tokens>(new MemoryStream([0, 0, 0, 0, 0, 0, 0, 5, 1]), Tokens.Parser);

        var failure = await Assert.ThrowsAsync<FrameException>(async () =>
        {
            await foreach (var _ in reader.ReadAllAsync(CancellationToken.None))
            {
            }
        });

        Assert.Equal(FrameReadStatus.Torn, failure.Status);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_before_a_byte_of_it_is_written()
    {
        var written = new MemoryStream();
        await using var writer = new FrameWriter(written, maxFrameBytes: 100);

        Assert.Throws<FrameException>(() => writer.Write(new Tokens { Text = new string('x', 101) }));
        await writer.WriteAsync(new Tokens { Text = "small" }, CancellationToken.None);

        Assert.Equal(4 + 7, written.ToArray().Length);
    }

    [Fact]
    public async Task Cancelling_a_read_leaves_no_message_lost()
    {
        var pipe = new Pipe();
        await using var writer = new FrameWriter(pipe.Writer);
        await using var reader = new FrameReader<Tokens>(pipe.Reader, Tokens.Parser);
        using var cancelled = new CancellationTokenSource();

        var reading = reader.ReadAsync(cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        await writer.WriteAsync(new Tokens { Text = "kept" }, CancellationToken.None);
        Assert.Equal("kept", (await reader.ReadAsync(CancellationToken.None)).Message!.Text);
    }
}
