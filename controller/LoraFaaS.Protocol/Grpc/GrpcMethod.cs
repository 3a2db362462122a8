using Google.Protobuf;

namespace LoraFaaS.Protocol.Grpc;

/// <summary>One method of a service: its path and how its messages are read. The shape (unary, streaming) is chosen where it is mapped and called.</summary>
public sealed record GrpcMethod<TRequest, TResponse>(string Service, string Name, MessageParser<TRequest> Requests, MessageParser<TResponse> Responses)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    public string Path { get; } = $"/{Service}/{Name}";
}
