using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.ServiceDefaults.Trust;
using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Controllers;

/// <summary>The caller's request as it is, but for who asks: the password stays at the door, the user's name and our token go on.</summary>
internal sealed class ControllerTransformer(InternalToken token, AdminCredentials credentials) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        proxyRequest.Headers.Host = null;
        proxyRequest.Headers.Authorization = null;
        proxyRequest.Headers.TryAddWithoutValidation(WireHeaders.InternalToken, token.Value);
        proxyRequest.Headers.TryAddWithoutValidation(WireHeaders.AuthenticatedUser, credentials.User);
    }
}
