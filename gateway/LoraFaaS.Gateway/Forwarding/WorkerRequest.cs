using System.Globalization;
using System.Net.Http.Headers;
using Google.Protobuf;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;
using LoraFaaS.ServiceDefaults.Trust;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>A worker's request, made out of the generation alone: no header of the caller goes in, and not the token itself, since who listens there is not known yet.</summary>
internal static class WorkerRequest
{
    private const string Path = "/v1/generate";

    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    public static Uri AddressAt(string workerUrl) => new(workerUrl.TrimEnd('/') + Path);

    public static HttpRequestMessage Create(Uri address, GenerateRequest request, InternalToken token, TimeSpan timeLeft, out string proof)
    {
        var body = request.ToByteArray();
        var message = new HttpRequestMessage(HttpMethod.Post, address)
        {
            // Bytes in memory: a kept-alive connection that turns out dead is then retried by the handler itself.
            Content = new ByteArrayContent(body) { Headers = { ContentType = Protobuf } },
        };
        message.Headers.TryAddWithoutValidation(WireHeaders.CallId, request.CallId);
        message.Headers.TryAddWithoutValidation(CallProof.HeaderName, proof = CallProof.Create(token, address.Authority, body));
        message.Headers.TryAddWithoutValidation(WireHeaders.TimeLeft, ((long)timeLeft.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));

        return message;
    }
}
