using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace LoraFaaS.Protocol.Frames;

/// <summary>
/// Messages from a byte stream, one reader at a time. Bytes stay in the pipe's pooled buffers until parsed; a frame's memory is never more than
/// <paramref name="maxFrameBytes"/>, whatever a header claims.
/// </summary>
public sealed class FrameReader<T>(PipeReader pipe, MessageParser<T> parser, int maxFrameBytes = FrameLimits.DefaultMaxFrameBytes) : IAsyncDisposable
    where T : class, IMessage<T>
{
    public FrameReader(Stream stream, MessageParser<T> parser, int maxFrameBytes = FrameLimits.DefaultMaxFrameBytes)
        : this(PipeReader.Create(stream), parser, maxFrameBytes)
    {
    }

    public async ValueTask<FrameRead<T>> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var status = FrameParser.TryRead(ref buffer, maxFrameBytes, out var payload);

            if (status is FrameStatus.Complete)
            {
                var message = Parse(payload);
                pipe.AdvanceTo(buffer.Start);
                return message;
            }

            var isEmpty = buffer.IsEmpty;
            pipe.AdvanceTo(buffer.Start, buffer.End);

            if (status is FrameStatus.TooLarge)
            {
                return new(FrameReadStatus.TooLarge, null);
            }

            if (result.IsCompleted)
            {
                return new(isEmpty ? FrameReadStatus.End : FrameReadStatus.Torn, null);
            }
        }
    }

    /// <summary>All messages up to the end; anything but a clean end throws <see cref="FrameException"/>.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadAsync(cancellationToken);

            if (read.Status is FrameReadStatus.End)
            {
                yield break;
            }

            yield return read.Message ?? throw new FrameException(read.Status);
        }
    }

    public ValueTask DisposeAsync() => pipe.CompleteAsync();

    private FrameRead<T> Parse(ReadOnlySequence<byte> payload)
    {
        try
        {
            return new(FrameReadStatus.Message, parser.ParseFrom(payload));
        }
        catch (InvalidProtocolBufferException)
        {
            return new(FrameReadStatus.Malformed, null);
        }
    }
}
