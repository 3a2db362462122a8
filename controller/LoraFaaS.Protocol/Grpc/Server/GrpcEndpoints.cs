using Google.Protobuf;
using LoraFaaS.Protocol.Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Protocol.Grpc.Server;

/// <summary>gRPC methods as endpoints of ASP.NET Core, so that authentication, tracing and metrics see them like any other request.</summary>
public static class GrpcEndpoints
{
    /// <summary>One message in, one out.</summary>
    public static IEndpointConventionBuilder MapGrpcUnary<TRequest, TResponse>(
        this IEndpointRouteBuilder routes,
        GrpcMethod<TRequest, TResponse> method,
        Func<TRequest, GrpcServerCall, CancellationToken, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        routes.Map(method, isStream: false, async (context, call, cancellationToken) =>
        {
            var request = await ReadOnlyMessageAsync(context, method.Requests, cancellationToken);
            var response = await handler(request, call, cancellationToken);

            GrpcMessageEncoder.Encode(response, context.Response.BodyWriter);
            await context.Response.BodyWriter.FlushAsync(cancellationToken);
        });

    /// <summary>One message in, many out. Headers go out at once, so that the caller knows it was accepted before the first message is there.</summary>
    public static IEndpointConventionBuilder MapGrpcServerStream<TRequest, TResponse>(
        this IEndpointRouteBuilder routes,
        GrpcMethod<TRequest, TResponse> method,
        Func<TRequest, GrpcServerCall, CancellationToken, IAsyncEnumerable<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        routes.Map(method, isStream: true, async (context, call, cancellationToken) =>
        {
            var request = await ReadOnlyMessageAsync(context, method.Requests, cancellationToken);
            await SendHeadersAsync(context.Response, cancellationToken);

            await foreach (var response in handler(request, call, cancellationToken).WithCancellation(cancellationToken))
            {
                GrpcMessageEncoder.Encode(response, context.Response.BodyWriter);
                await context.Response.BodyWriter.FlushAsync(cancellationToken);
            }
        });

    /// <summary>Many in, many out, independently. The call ends, for both sides, when the handler returns.</summary>
    public static IEndpointConventionBuilder MapGrpcBidi<TRequest, TResponse>(
        this IEndpointRouteBuilder routes,
        GrpcMethod<TRequest, TResponse> method,
        Func<GrpcServerDuplex<TRequest, TResponse>, CancellationToken, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        routes.Map(method, isStream: true, async (context, call, cancellationToken) =>
        {
            await SendHeadersAsync(context.Response, cancellationToken);

            var reader = new GrpcMessageReader<TRequest>(context.Request.BodyReader, method.Requests, GrpcLimits.DefaultMaxMessageBytes);
            await handler(new(call, reader, context.Response.BodyWriter), cancellationToken);
        });

    /// <summary>
    /// For callers from anywhere: the handler reads when it has let the call in, within a limit of its own, and the server's least rate of bodies holds. Headers go out with the first message, so
    /// that until then more can be said in them, and a stopping server lets such calls end.
    /// </summary>
    public static IEndpointConventionBuilder MapGrpcExchange<TRequest, TResponse>(
        this IEndpointRouteBuilder routes,
        GrpcMethod<TRequest, TResponse> method,
        long maxMessageBytes,
        Func<GrpcServerDuplex<TRequest, TResponse>, CancellationToken, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        routes.Map(method, isStream: false, (context, call, cancellationToken) =>
        {
            var reader = new GrpcMessageReader<TRequest>(context.Request.BodyReader, method.Requests, (int)Math.Min(maxMessageBytes, GrpcLimits.DefaultMaxMessageBytes));
            return handler(new(call, reader, context.Response.BodyWriter), cancellationToken);
        }, hasOwnLimits: true);

    /// <summary>
    /// Calls of a service's methods that nobody mapped end as UNIMPLEMENTED rather than as a bare 404. Only under the service's own path: a route
    /// for any two parts would turn other unknown paths into a 405.
    /// </summary>
    public static IEndpointConventionBuilder MapGrpcUnimplemented(this IEndpointRouteBuilder routes, string service) =>
        routes.MapPost($"/{service}/{{method}}", static context =>
        {
            if (!GrpcHeaders.IsGrpc(context.Request.ContentType))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            if (GrpcServerPipeline.IsGrpcRequest(context))
            {
                context.Response.ContentType = GrpcHeaders.ContentType;
                GrpcServerPipeline.WriteStatus(context.Response, new(GrpcStatusCode.Unimplemented, $"There is no method {context.Request.Path}."));
            }

            return Task.CompletedTask;
        }).WithOrder(int.MaxValue);

    private static IEndpointConventionBuilder Map<TRequest, TResponse>(
        this IEndpointRouteBuilder routes,
        GrpcMethod<TRequest, TResponse> method,
        bool isStream,
        GrpcServerPipeline.Handler handler,
        bool hasOwnLimits = false)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var logger = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger<GrpcServerPipeline>();
        var pipeline = new GrpcServerPipeline(method.Path, isStream, hasOwnLimits, logger);

        return routes.MapPost(method.Path, context => pipeline.RunAsync(context, handler)).WithDisplayName("gRPC " + method.Path);
    }

    private static async Task<T> ReadOnlyMessageAsync<T>(HttpContext context, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var reader = new GrpcMessageReader<T>(context.Request.BodyReader, parser, GrpcLimits.DefaultMaxMessageBytes);
        var message = await reader.ReadAsync(cancellationToken) ?? throw new GrpcStatusException(GrpcStatusCode.Internal, "The call holds no message.");

        return await reader.ReadAsync(cancellationToken) is null
            ? message
            : throw new GrpcStatusException(GrpcStatusCode.Internal, "The call holds more than one message.");
    }

    private static async Task SendHeadersAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        await response.StartAsync(cancellationToken);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }
}
