using System.Net;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using LoraFaaS.Protocol.Grpc.Wire;

namespace LoraFaaS.Protocol.Grpc.Client;

/// <summary>
/// Calls to one server, or one of several alike, over as few HTTP/2 connections as its stream limit allows; a lost connection is made again by the next call. Nothing is
/// retried here: whoever calls knows whether that is safe.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private readonly GrpcChannelOptions _options;
    private readonly HttpMessageInvoker _http;

    public GrpcChannel(GrpcChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        _options = options;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            ConnectCallback = options.Servers.ConnectAsync,
            KeepAlivePingDelay = options.KeepAliveDelay,
            KeepAlivePingTimeout = options.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            SslOptions = options.Tls ?? new(),
        });
    }

    /// <summary>One message there, one back. Throws <see cref="GrpcStatusException"/> for any status but OK.</summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using var deadline = new GrpcDeadline(options.Timeout, _options.Time, cancellationToken);

        return await deadline.GuardAsync(CallAsync(method, request, options, deadline));
    }

    /// <summary>One message there, many back. Leaving the enumeration early cancels the call.</summary>
    public async IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using var deadline = new GrpcDeadline(options.Timeout, _options.Time, cancellationToken);
        await using var reader = await deadline.GuardAsync(OpenAsync(method, new GrpcMessageContent(request), options, deadline.Token));

        while (await deadline.GuardAsync(reader.ReadAsync(deadline.Token).AsTask()) is { } response)
        {
            yield return response;
        }
    }

    /// <summary>Messages both ways, independently. Returns when the request is on its way; how the server takes it shows when reading.</summary>
    public async Task<GrpcDuplexCall<TRequest, TResponse>> OpenDuplexAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, GrpcCallOptions options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var deadline = new GrpcDeadline(options.Timeout, _options.Time, cancellationToken);
        var content = new GrpcPushContent();

        // The response's headers may come only after the first message is sent, so this is awaited by the reader, not here.
        var opening = OpenAsync(method, content, options, deadline.Token);
        var call = new GrpcDuplexCall<TRequest, TResponse>(opening, content, deadline);

        await Task.WhenAny(content.Opened, opening);
        return call;
    }

    public void Dispose() => _http.Dispose();

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options, GrpcDeadline deadline)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        await using var reader = await OpenAsync(method, new GrpcMessageContent(request), options, deadline.Token);
        var response = await reader.ReadAsync(deadline.Token) ?? throw new GrpcStatusException(GrpcStatusCode.Internal, "The call ended well without a message.");

        return await reader.ReadAsync(deadline.Token) is null
            ? response
            : throw new GrpcStatusException(GrpcStatusCode.Internal, "The call answered with more than one message.");
    }

    private async Task<GrpcResponseReader<TResponse>> OpenAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, HttpContent content, GrpcCallOptions options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_options.Servers.Name, method.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

        request.Headers.TE.Add(new("trailers"));

        foreach (var (name, value) in _options.Metadata.Concat(options.Metadata))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (options.Timeout is { } timeout)
        {
            request.Headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcTimeout.Format(timeout));
        }

        // An invoker, unlike HttpClient, never buffers: this returns with the headers.
        var response = await _http.SendAsync(request, cancellationToken);
        return await GrpcResponseReader<TResponse>.OpenAsync(response, method.Responses, _options.MaxMessageBytes, cancellationToken);
    }
}
