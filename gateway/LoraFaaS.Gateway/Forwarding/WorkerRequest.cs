using System.Globalization;
using System.Net.Http.Headers;
using Google.Protobuf;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>A worker's request, made out of the generation alone: no header of the caller goes in, and no secret: the connection it goes over is proven (<see cref="WorkerTransport"/>).</summary>
internal static class WorkerRequest
{
    private const string Path = "/v1/generate";

    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    public static Uri AddressAt(string workerUrl) => new(workerUrl.TrimEnd('/') + Path);

    public static HttpRequestMessage Create(Uri address, GenerateRequest request, TimeSpan timeLeft)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, address)
        {
            // Bytes in memory: a kept-alive connection that turns out dead is then retried by the handler itself.
            Content = new ByteArrayContent(request.ToByteArray()) { Headers = { ContentType = Protobuf } },
        };
        message.Headers.TryAddWithoutValidation(WireHeaders.CallId, request.CallId);
        message.Headers.TryAddWithoutValidation(WireHeaders.TimeLeft, ((long)timeLeft.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));

        return message;
    }
}
