using LoraFaaS.Contracts.Invocations;
using LoraFaaS.ServiceDefaults.Trust;
using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Ui;

/// <summary>The caller's request as it is, host name included; our token says that it came through the door, and the scheme how.</summary>
internal sealed class UiTransformer(InternalToken token) : HttpTransformer
{
    private const string Scheme = "X-Forwarded-Proto";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        proxyRequest.Headers.Host = httpContext.Request.Host.Value;
        proxyRequest.Headers.Authorization = null;
        proxyRequest.Headers.Remove(Scheme);
        proxyRequest.Headers.TryAddWithoutValidation(Scheme, httpContext.Request.Scheme);
        proxyRequest.Headers.TryAddWithoutValidation(WireHeaders.InternalToken, token.Value);
    }
}
