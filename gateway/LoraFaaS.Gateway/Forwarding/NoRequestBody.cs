using Microsoft.AspNetCore.Http.Features;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Tells the forwarder that the inner request has no body of its own to copy: the transformer brings the content.</summary>
internal sealed class NoRequestBody : IHttpRequestBodyDetectionFeature
{
    public static readonly NoRequestBody Instance = new();

    public bool CanHaveBody => false;
}
