using System.Globalization;
using System.Net.Http.Headers;
using Google.Protobuf;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;
using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Makes the worker's request out of the generation alone (no header of the caller goes in), and tells when the worker's status line is there.</summary>
internal sealed class GenerateTransformer(GenerateRequest request, string token, TimeSpan timeLeft) : HttpTransformer
{
    public const string Path = "/v1/generate";

    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    private readonly TaskCompletionSource<HttpResponseMessage?> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the response's head, or with null when there was none.</summary>
    public Task<HttpResponseMessage?> Answered => _answered.Task;

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = new Uri(destinationPrefix + Path);

        // Bytes in memory rather than a copied stream: a kept-alive connection that turns out dead is then retried by the handler itself.
        proxyRequest.Content = new ByteArrayContent(request.ToByteArray()) { Headers = { ContentType = Protobuf } };
        proxyRequest.Headers.TryAddWithoutValidation(WireHeaders.CallId, request.CallId);
        proxyRequest.Headers.TryAddWithoutValidation(WireHeaders.InternalToken, token);
        proxyRequest.Headers.TryAddWithoutValidation(
            WireHeaders.TimeLeft, ((long)timeLeft.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));

        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        _answered.TrySetResult(proxyResponse);
        return new ValueTask<bool>(true);
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The forwarder has ended; without a response there will be none.</summary>
    public void Ended() => _answered.TrySetResult(null);
}
