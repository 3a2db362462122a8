using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;

namespace LoraFaaS.Protocol.Grpc.Wire;

/// <summary>Messages from a request's or response's body. What is no message throws the status the protocol gives it.</summary>
internal sealed class GrpcMessageReader<T>(PipeReader pipe, MessageParser<T> parser, int maxMessageBytes)
    where T : class, IMessage<T>
{
    /// <summary>Null at the end of the body.</summary>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var status = GrpcMessageParser.TryRead(ref buffer, maxMessageBytes, out var bytes);

            if (status is GrpcMessageStatus.Complete)
            {
                var message = Parse(bytes);
                pipe.AdvanceTo(buffer.Start);
                return message;
            }

            var isEmpty = buffer.IsEmpty;
            pipe.AdvanceTo(buffer.Start, buffer.End);
            ThrowIfBroken(status);

            if (result.IsCompleted)
            {
                return isEmpty ? null : throw new GrpcStatusException(GrpcStatusCode.Internal, "The stream ended inside a message.");
            }
        }
    }

    private void ThrowIfBroken(GrpcMessageStatus status)
    {
        switch (status)
        {
            case GrpcMessageStatus.TooLarge:
                throw new GrpcStatusException(GrpcStatusCode.ResourceExhausted, $"A message is larger than {maxMessageBytes} bytes.");
            case GrpcMessageStatus.Compressed:
                throw new GrpcStatusException(GrpcStatusCode.Unimplemented, "Compressed messages are not supported; send identity.");
            case GrpcMessageStatus.BadFlag:
                throw new GrpcStatusException(GrpcStatusCode.Internal, "The stream holds no gRPC messages.");
            case GrpcMessageStatus.Incomplete or GrpcMessageStatus.Complete:
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private T Parse(ReadOnlySequence<byte> bytes)
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new GrpcStatusException(GrpcStatusCode.Internal, $"A message is no {typeof(T).Name}.", malformed);
        }
    }
}
