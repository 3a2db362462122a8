using System.IO.Pipelines;
using Google.Protobuf;
using LoraFaaS.Protocol.Grpc.Wire;

namespace LoraFaaS.Protocol.Grpc.Client;

/// <summary>The messages of one response, and the status behind them. Disposing before the end resets the stream, which the server sees as a cancellation.</summary>
internal sealed class GrpcResponseReader<T> : IAsyncDisposable
    where T : class, IMessage<T>
{
    private readonly HttpResponseMessage _response;
    private readonly PipeReader _pipe;
    private readonly GrpcMessageReader<T> _reader;
    private readonly GrpcStatus? _statusOfHeaders;

    private GrpcResponseReader(HttpResponseMessage response, GrpcStatus? statusOfHeaders, Stream body, MessageParser<T> parser, int maxMessageBytes)
    {
        _response = response;
        _statusOfHeaders = statusOfHeaders;
        _pipe = PipeReader.Create(body);
        _reader = new(_pipe, parser, maxMessageBytes);
    }

    /// <summary>Throws when the headers already say that the call failed. One that ended well without a message says so there too.</summary>
    public static async Task<GrpcResponseReader<T>> OpenAsync(HttpResponseMessage response, MessageParser<T> parser, int maxMessageBytes, CancellationToken cancellationToken)
    {
        var status = GrpcFailure.OfHeaders(response);

        if (status is { Code: not GrpcStatusCode.Ok })
        {
            response.Dispose();
            throw new GrpcStatusException(status);
        }

        return new(response, status, await response.Content.ReadAsStreamAsync(cancellationToken), parser, maxMessageBytes);
    }

    /// <summary>The next message; null when the call ended well; throws its status when it did not.</summary>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await _reader.ReadAsync(cancellationToken) is { } message)
        {
            return message;
        }

        // Trailers are there only once the body was read to its end, which it just was.
        var status = _statusOfHeaders ?? GrpcFailure.OfTrailers(_response);
        return status.Code is GrpcStatusCode.Ok ? null : throw new GrpcStatusException(status);
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.CompleteAsync();
        _response.Dispose();
    }
}
