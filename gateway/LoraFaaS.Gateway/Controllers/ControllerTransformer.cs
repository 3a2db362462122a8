using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.ServiceDefaults.Trust;
using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Controllers;

/// <summary>The caller's request as it is, but for who asks: the password stays at the door, the user's name and our token go on.</summary>
internal sealed class ControllerTransformer(InternalToken token, AdminCredentials credentials, RouteBoard board, TimeProvider time) : HttpTransformer
{
    /// <summary>A change of the catalogue reaches the table in milliseconds; a deployment that changed nothing never does.</summary>
    private static readonly TimeSpan TablePatience = TimeSpan.FromMilliseconds(500);

    private static readonly object BeforeKey = new();

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        if (ChangeOfTableAsync(httpContext.Request) is { } change)
        {
            httpContext.Items[BeforeKey] = change;
        }

        proxyRequest.Headers.Host = null;
        proxyRequest.Headers.Authorization = null;
        proxyRequest.Headers.TryAddWithoutValidation(WireHeaders.InternalToken, token.Value);
        proxyRequest.Headers.TryAddWithoutValidation(WireHeaders.AuthenticatedUser, credentials.User);
    }

    /// <summary>Who deploys and then calls must find what was deployed, and a revoked key must be none: the answer goes out when our own table has it.</summary>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is { IsSuccessStatusCode: true } && httpContext.Items[BeforeKey] is Task changed && board.Connected)
        {
            using var noMore = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(TablePatience, time, noMore.Token));
            await noMore.CancelAsync();
        }

        return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    /// <summary>What of the table a request is about to change; null: nothing.</summary>
    private Task? ChangeOfTableAsync(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method) && !HttpMethods.IsPut(request.Method) && !HttpMethods.IsDelete(request.Method))
        {
            return null;
        }

        if (request.Path.StartsWithSegments("/system/functions", StringComparison.Ordinal)
            || request.Path.StartsWithSegments("/system/function", StringComparison.Ordinal)
            || request.Path.StartsWithSegments("/api/v1/backbones", StringComparison.Ordinal))
        {
            return board.RoutesChanged;
        }

        return request.Path.StartsWithSegments("/api/v1/keys", StringComparison.Ordinal) ? board.AccessChanged : null;
    }
}
