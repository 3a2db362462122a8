using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using LoraFaaS.Protocol.Grpc.Wire;

namespace LoraFaaS.Protocol.Grpc.Client;

/// <summary>A request body of one message.</summary>
internal sealed class GrpcMessageContent : HttpContent
{
    private readonly IMessage _message;

    public GrpcMessageContent(IMessage message)
    {
        _message = message;
        Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        GrpcMessageEncoder.Encode(_message, pipe);
        await pipe.FlushAsync(cancellationToken);
        await pipe.CompleteAsync();
        await stream.FlushAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = GrpcMessageEncoder.SizeOf(_message);
        return true;
    }
}
