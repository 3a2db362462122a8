namespace LoraFaaS.Cli.Output;

/// <summary>Reads another stream and tells how much was read. The other one stays its owner's to dispose.</summary>
internal sealed class CountedStream(Stream source, Action<int> read) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => source.Length;

    public override long Position
    {
        get => source.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Told(source.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Told(await source.ReadAsync(buffer, cancellationToken));

    public override void Flush()
    {
    }

    // Below and above: what a stream that cannot seek or be written answers, by the contract of System.IO.Stream.
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Told(int bytes)
    {
        read(bytes);
        return bytes;
    }
}
