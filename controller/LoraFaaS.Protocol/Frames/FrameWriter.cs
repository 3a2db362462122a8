using System.IO.Pipelines;
using Google.Protobuf;

namespace LoraFaaS.Protocol.Frames;

/// <summary>Messages to a byte stream. One writer at a time: whoever shares a connection puts a channel with a single reader in front of this.</summary>
public sealed class FrameWriter(PipeWriter pipe, int maxFrameBytes = FrameLimits.DefaultMaxFrameBytes) : IAsyncDisposable
{
    public FrameWriter(Stream stream, int maxFrameBytes = FrameLimits.DefaultMaxFrameBytes)
        : this(PipeWriter.Create(stream), maxFrameBytes)
    {
    }

    /// <summary>Puts the frame into the buffer; nothing is sent before <see cref="FlushAsync"/>. A message over the limit throws and leaves the stream as it was.</summary>
    public void Write(IMessage message) => FrameEncoder.Encode(message, pipe, maxFrameBytes);

    /// <summary>False when the peer reads no more.</summary>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var result = await pipe.FlushAsync(cancellationToken);
        return !result.IsCompleted;
    }

    /// <summary>Writes and sends one message. False when the peer reads no more.</summary>
    public ValueTask<bool> WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        Write(message);
        return FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => pipe.CompleteAsync();
}
