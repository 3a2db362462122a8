using System.Buffers;
using System.Buffers.Binary;

namespace LoraFaaS.Protocol.Frames;

/// <summary>Bytes to frames: pure, without a stream, so that every way of cutting the bytes can be tested.</summary>
public static class FrameParser
{
    /// <summary>On <see cref="FrameStatus.Complete"/> the payload is given and <paramref name="buffer"/> stands behind it; otherwise the buffer is unchanged.</summary>
    public static FrameStatus TryRead(ref ReadOnlySequence<byte> buffer, int maxFrameBytes, out ReadOnlySequence<byte> payload)
    {
        payload = default;

        if (buffer.Length < FrameLimits.HeaderBytes)
        {
            return FrameStatus.Incomplete;
        }

        var length = ReadLength(buffer);

        if (length > (uint)maxFrameBytes)
        {
            return FrameStatus.TooLarge;
        }

        if (buffer.Length - FrameLimits.HeaderBytes < length)
        {
            return FrameStatus.Incomplete;
        }

        payload = buffer.Slice(FrameLimits.HeaderBytes, length);
        buffer = buffer.Slice(payload.End);

        return FrameStatus.Complete;
    }

    private static uint ReadLength(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.FirstSpan.Length >= FrameLimits.HeaderBytes)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(buffer.FirstSpan);
        }

        Span<byte> header = stackalloc byte[FrameLimits.HeaderBytes];
        buffer.Slice(0, FrameLimits.HeaderBytes).CopyTo(header);

        return BinaryPrimitives.ReadUInt32BigEndian(header);
    }
}
