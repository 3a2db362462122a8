using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using LoraFaaS.Protocol.Grpc.Wire;

namespace LoraFaaS.Protocol.Grpc.Client;

/// <summary>From what HTTP says to a gRPC status (grpc/grpc, doc/http-grpc-status-mapping.md and the HTTP/2 error table of PROTOCOL-HTTP2.md).</summary>
internal static class GrpcFailure
{
    private const long Http2RefusedStream = 0x7;
    private const long Http2Cancel = 0x8;
    private const long Http2EnhanceYourCalm = 0xb;
    private const long Http2InadequateSecurity = 0xc;

    /// <summary>Null when the answer is gRPC and its status, if not in the headers, comes in the trailers.</summary>
    public static GrpcStatus? OfHeaders(HttpResponseMessage response)
    {
        if (TryRead(response.Headers) is { } status)
        {
            return status;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new(OfHttpStatus(response.StatusCode), $"The server answered HTTP {(int)response.StatusCode}.");
        }

        return GrpcHeaders.IsGrpc(response.Content.Headers.ContentType?.MediaType)
            ? null
            : new(GrpcStatusCode.Unknown, $"The server answered with content type '{response.Content.Headers.ContentType}'.");
    }

    public static GrpcStatus OfTrailers(HttpResponseMessage response) =>
        TryRead(response.TrailingHeaders) ?? new(GrpcStatusCode.Unknown, "The call ended without a status.");

    /// <summary>What the transport threw; null when it is not the transport's.</summary>
    public static GrpcStatusException? OfTransport(Exception failure) => failure switch
    {
        HttpRequestException { InnerException: HttpProtocolException protocol } => OfProtocol(protocol),
        HttpProtocolException protocol => OfProtocol(protocol),
        HttpRequestException request => new(GrpcStatusCode.Unavailable, request.Message, request),
        IOException { InnerException: HttpProtocolException protocol } => OfProtocol(protocol),

        // A connection that was not there in its time ends its calls as if somebody had cancelled them.
        OperationCanceledException { InnerException: TimeoutException } late => new(GrpcStatusCode.Unavailable, late.Message, late),
        IOException lost => new(GrpcStatusCode.Unavailable, lost.Message, lost),
        _ => null,
    };

    private static GrpcStatusException OfProtocol(HttpProtocolException failure) => new(
        failure.ErrorCode switch
        {
            Http2RefusedStream => GrpcStatusCode.Unavailable,
            Http2Cancel => GrpcStatusCode.Cancelled,
            Http2EnhanceYourCalm => GrpcStatusCode.ResourceExhausted,
            Http2InadequateSecurity => GrpcStatusCode.PermissionDenied,
            _ => GrpcStatusCode.Internal,
        },
        failure.Message,
        failure);

    private static GrpcStatus? TryRead(HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues(GrpcHeaders.Status, out var codes))
        {
            return null;
        }

        var message = headers.TryGetValues(GrpcHeaders.Message, out var messages) ? GrpcMessageText.Decode(string.Join(',', messages)) : "";

        return int.TryParse(codes.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) && Enum.IsDefined((GrpcStatusCode)code)
            ? new((GrpcStatusCode)code, message)
            : new(GrpcStatusCode.Unknown, $"Status '{codes.First()}' is not known: {message}");
    }

    private static GrpcStatusCode OfHttpStatus(HttpStatusCode status) => (int)status switch
    {
        400 => GrpcStatusCode.Internal,
        401 => GrpcStatusCode.Unauthenticated,
        403 => GrpcStatusCode.PermissionDenied,
        404 => GrpcStatusCode.Unimplemented,
        429 or 502 or 503 or 504 => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };
}
