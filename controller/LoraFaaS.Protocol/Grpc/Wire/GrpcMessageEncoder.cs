using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace LoraFaaS.Protocol.Grpc.Wire;

/// <summary>Message to its length-prefixed bytes.</summary>
internal static class GrpcMessageEncoder
{
    public static void Encode(IMessage message, IBufferWriter<byte> output)
    {
        var length = message.CalculateSize();
        var header = output.GetSpan(GrpcMessageParser.HeaderBytes);

        header[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)length);
        output.Advance(GrpcMessageParser.HeaderBytes);
        message.WriteTo(output);
    }

    public static int SizeOf(IMessage message) => GrpcMessageParser.HeaderBytes + message.CalculateSize();
}
