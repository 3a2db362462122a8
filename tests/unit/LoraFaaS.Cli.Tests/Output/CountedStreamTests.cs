using LoraFaaS.Cli.Output;

namespace LoraFaaS.Cli.Tests.Output;

public sealed class CountedStreamTests
{
    [Fact]
    public async Task Every_byte_is_told_once_whichever_way_it_is_read()
    {
        var bytes = Enumerable.Range(0, 10_000).Select(index => (byte)index).ToArray();
        var told = 0;
        await using var counted = new CountedStream(new MemoryStream(bytes), count => told += count);
        using var copy = new MemoryStream();

        copy.WriteByte((byte)counted.ReadByte());
        await counted.CopyToAsync(copy, TestContext.Current.CancellationToken);

        Assert.Equal(bytes, copy.ToArray());
        Assert.Equal(bytes.Length, told);
    }
}
