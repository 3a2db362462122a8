using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using LoraFaaS.Protocol.Grpc.Wire;

namespace LoraFaaS.Protocol.Grpc.Server;

/// <summary>The two directions of a bidirectional call, as its handler sees them: one reader, one writer, at the same time if it likes.</summary>
public sealed class GrpcServerDuplex<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly GrpcMessageReader<TRequest> _reader;
    private readonly PipeWriter _writer;

    internal GrpcServerDuplex(GrpcServerCall call, GrpcMessageReader<TRequest> reader, PipeWriter writer)
    {
        Call = call;
        _reader = reader;
        _writer = writer;
    }

    public GrpcServerCall Call { get; }

    /// <summary>The caller's next message; null: it has half-closed.</summary>
    public ValueTask<TRequest?> ReadAsync(CancellationToken cancellationToken) => _reader.ReadAsync(cancellationToken);

    /// <summary>The caller's messages until it half-closes.</summary>
    public async IAsyncEnumerable<TRequest> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _reader.ReadAsync(cancellationToken) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Returns when the message is in the hands of flow control: a caller that does not read makes this wait.</summary>
    public async ValueTask WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        GrpcMessageEncoder.Encode(message, _writer);
        await _writer.FlushAsync(cancellationToken);
    }
}
