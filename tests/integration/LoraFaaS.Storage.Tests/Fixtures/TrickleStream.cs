namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>An upload as a network gives it: in uneven pieces, not seekable, and broken off where a test says so.</summary>
internal sealed class TrickleStream(byte[] content, int breaksAt = int.MaxValue) : Stream
{
    private int _position;
    private int _piece;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();

        if (_position >= breaksAt)
        {
            throw new EndOfStreamException("The client went away.");
        }

        var count = Math.Min(Math.Min(buffer.Length, 1 + (++_piece * 7919 % 65_536)), Math.Min(content.Length, breaksAt) - _position);
        content.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
