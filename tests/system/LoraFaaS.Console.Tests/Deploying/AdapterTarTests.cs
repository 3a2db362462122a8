using System.Formats.Tar;
using System.IO.Pipelines;
using LoraFaaS.Console.Deploying;

namespace LoraFaaS.ConsoleTests.Deploying;

public sealed class AdapterTarTests
{
    [Fact]
    public async Task The_tar_holds_the_files_and_is_the_same_each_time()
    {
        var files = new (string Name, long Bytes, Func<Stream> Open)[]
        {
            ("b.bin", 1_000, () => new MemoryStream(Enumerable.Range(0, 1_000).Select(i => (byte)i).ToArray())),
            ("a.json", 2, () => new MemoryStream("{}"u8.ToArray())),
            ("exact", 512, () => new MemoryStream(new byte[512])),
        };
        var sent = new List<long>();

        var tar = await WriteAsync(files, sent.Add);

        Assert.Equal(tar, await WriteAsync(files, _ => { }));
        Assert.Equal(1_514, sent[^1]);
        using var reader = new TarReader(new MemoryStream(tar));
        var read = new List<(string, byte[])>();

        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            read.Add((entry.Name, content.ToArray()));
        }

        Assert.Equal(["a.json", "b.bin", "exact"], read.Select(entry => entry.Item1));
        Assert.Equal("{}"u8.ToArray(), read[0].Item2);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => (byte)i), read[1].Item2);
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_ends_it()
    {
        var pipe = new Pipe();
        var writing = AdapterTar.WriteAsync([("endless", long.MaxValue / 2, () => new Endless())], pipe.Writer, _ => { }, CancellationToken.None);
        await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);

        await pipe.Reader.CompleteAsync();

        await TestKit.Time.Patience.ForAsync(writing);
    }

    private static async Task<byte[]> WriteAsync(IReadOnlyList<(string Name, long Bytes, Func<Stream> Open)> files, Action<long> sent)
    {
        var pipe = new Pipe();
        using var result = new MemoryStream();
        var writing = AdapterTar.WriteAsync(files, pipe.Writer, sent, CancellationToken.None);
        await pipe.Reader.AsStream().CopyToAsync(result);
        await writing;
        return result.ToArray();
    }

    private sealed class Endless : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(buffer.Length);
    }
}
