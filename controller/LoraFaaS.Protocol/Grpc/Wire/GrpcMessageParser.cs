using System.Buffers;
using System.Buffers.Binary;

namespace LoraFaaS.Protocol.Grpc.Wire;

/// <summary>Length-prefixed messages: a flag byte, a 4-byte big-endian length, the message. Pure.</summary>
internal static class GrpcMessageParser
{
    public const int HeaderBytes = 1 + sizeof(uint);

    /// <summary>On Complete the message's bytes are given and the buffer stands behind them; otherwise the buffer is unchanged.</summary>
    public static GrpcMessageStatus TryRead(ref ReadOnlySequence<byte> buffer, int maxMessageBytes, out ReadOnlySequence<byte> message)
    {
        message = default;

        if (buffer.Length < HeaderBytes)
        {
            return GrpcMessageStatus.Incomplete;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);

        if (header[0] is not 0)
        {
            return header[0] is 1 ? GrpcMessageStatus.Compressed : GrpcMessageStatus.BadFlag;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);

        if (length > (uint)maxMessageBytes)
        {
            return GrpcMessageStatus.TooLarge;
        }

        if (buffer.Length - HeaderBytes < length)
        {
            return GrpcMessageStatus.Incomplete;
        }

        message = buffer.Slice(HeaderBytes, length);
        buffer = buffer.Slice(message.End);

        return GrpcMessageStatus.Complete;
    }
}
