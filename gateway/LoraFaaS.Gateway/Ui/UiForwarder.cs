using System.Net;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Gateway.Routing;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Ui;

/// <summary>Requests of /ui to the console, if there is one.</summary>
internal sealed class UiForwarder(
    IHttpForwarder forwarder, UiTransport transport, UiTransformer transformer, IHostApplicationLifetime lifetime, IOptions<GatewayOptions> options)
{
    /// <summary>After how many seconds a browser asks again by itself for a page it did not get.</summary>
    private const string AskAgain = "2";

    private static readonly ForwarderRequestConfig Exchange = new() { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    public async Task ForwardAsync(HttpContext context)
    {
        if (options.Value.ConsoleUrl.Length == 0)
        {
            await UnknownRoute.WriteAsync(context);
            return;
        }

        // A page's WebSocket is open as long as the page is; a door that is told to stop does not wait for people to leave.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var error = await forwarder.SendAsync(context, options.Value.ConsoleUrl, transport.Invoker, Exchange, transformer, stop.Token);

        if (error is not ForwarderError.None && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers["Refresh"] = AskAgain;
            await PlainText.WriteAsync(context, new Problem(ErrorCode.ControllerUnavailable, "the console cannot be reached; this page tries again by itself"));
        }
    }
}
