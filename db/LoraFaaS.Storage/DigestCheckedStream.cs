using System.Security.Cryptography;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage;

/// <summary>
/// Hashes what passes through and refuses to end quietly when it was not what its digest says, so that no reader takes damaged
/// content for whole. Forward only; owns the stream below.
/// </summary>
internal sealed class DigestCheckedStream(Stream inner, Digest digest, long bytes) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private bool _checked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => bytes;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => Pass(buffer, inner.Read(buffer));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var got = await inner.ReadAsync(buffer, cancellationToken);

        return Pass(buffer.Span, got);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    // Below and above: what a stream that cannot seek or be written answers, by the contract of System.IO.Stream.
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Checks with the last byte and not with the end, which a reader that knows the length never asks for.</summary>
    private int Pass(ReadOnlySpan<byte> buffer, int got)
    {
        _hash.AppendData(buffer[..got]);
        _position += got;

        if (_position > bytes)
        {
            throw new ArtifactCorruptException(digest, $"it is longer than its {bytes} bytes");
        }

        if (got == 0 && buffer.Length > 0 && _position < bytes)
        {
            throw new ArtifactCorruptException(digest, $"it ends after {_position} of {bytes} bytes");
        }

        if (_position == bytes && !_checked)
        {
            _checked = true;

            if (Digest.FromHash(_hash.GetHashAndReset()) is var found && found != digest)
            {
                throw new ArtifactCorruptException(digest, $"its bytes have the digest {found}");
            }
        }

        return got;
    }
}
