using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace LoraFaaS.Protocol.Frames;

/// <summary>Message to frame bytes, into whatever memory the caller owns.</summary>
public static class FrameEncoder
{
    /// <summary>Throws <see cref="FrameException"/> before anything is written when the message is over the limit.</summary>
    public static void Encode(IMessage message, IBufferWriter<byte> output, int maxFrameBytes = FrameLimits.DefaultMaxFrameBytes)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);

        var length = LengthOf(message, maxFrameBytes);
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(FrameLimits.HeaderBytes), (uint)length);
        output.Advance(FrameLimits.HeaderBytes);
        message.WriteTo(output);
    }

    internal static int LengthOf(IMessage message, int maxFrameBytes)
    {
        var length = message.CalculateSize();
        return length <= maxFrameBytes ? length : throw new FrameException(FrameReadStatus.TooLarge);
    }
}
