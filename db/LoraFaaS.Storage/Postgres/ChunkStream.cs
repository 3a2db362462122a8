using LoraFaaS.Contracts.Identity;
using Npgsql;

namespace LoraFaaS.Storage.Postgres;

/// <summary>
/// An artifact's chunks in order, one query each: no connection is held while a slow reader takes its time, and a restart of the
/// server between two chunks is not noticed. Asynchronous only.
/// </summary>
internal sealed class ChunkStream(NpgsqlDataSource database, PostgresRetry retry, Guid upload, Digest digest) : Stream
{
    private ReadOnlyMemory<byte> _chunk;
    private int _next;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_chunk.IsEmpty && !_ended && !buffer.IsEmpty)
        {
            _chunk = await retry.RepeatAsync(ReadChunkAsync, cancellationToken);
            _ended = _chunk.IsEmpty;
            _next++;
        }

        var count = Math.Min(buffer.Length, _chunk.Length);
        _chunk[..count].CopyTo(buffer);
        _chunk = _chunk[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException($"The artifact {digest} is read asynchronously.");

    public override void Flush()
    {
    }

    // Below and above: what a stream that cannot seek, be written or tell its length answers, by the contract of System.IO.Stream.
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Empty after the last one.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadChunkAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT content FROM artifact_chunks WHERE upload = @upload AND index = @index");
        command.Parameters.AddWithValue("upload", upload);
        command.Parameters.AddWithValue("index", _next);

        return await command.ExecuteScalarAsync(cancellationToken) is byte[] content ? content : default(ReadOnlyMemory<byte>);
    }
}
