using System.Net;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Rendering;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Controllers;

/// <summary>The control API, byte for byte to the controller and back.</summary>
internal sealed partial class ControllerForwarder(
    IHttpForwarder forwarder,
    ControllerTransport transport,
    ControllerTransformer transformer,
    IOptions<GatewayOptions> options,
    ILogger<ControllerForwarder> logger)
{
    private static readonly ForwarderRequestConfig Exchange = new()
    {
        // A followed log may be silent for long; its reader ends it by leaving.
        ActivityTimeout = TimeSpan.FromHours(1),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async Task ForwardAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = options.Value.MaxUploadBytes;
        }

        var error = await forwarder.SendAsync(
            context, transport.HttpAddress, transport.Invoker, Exchange, transformer, context.RequestAborted);

        if (error is ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        LogFailed(context.Request.Method, context.Request.Path, error);

        // YARP has put a status of its own for each kind of failure; to the caller they are one.
        await (context.Response.StatusCode is StatusCodes.Status413PayloadTooLarge
            ? PlainText.WriteAsync(context, new Problem(ErrorCode.BodyTooLarge, "the request body is over the limit"))
            : PlainText.WriteAsync(context, new Problem(ErrorCode.ControllerUnavailable, "the controller cannot be reached; try again shortly")));
    }
}
