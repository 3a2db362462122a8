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
    TimeProvider time,
    ILogger<ControllerForwarder> logger)
{
    /// <summary>A followed log may be silent for long; its reader ends it by leaving.</summary>
    private static readonly ForwarderRequestConfig Followed = Within(TimeSpan.FromHours(1));

    private readonly GatewayOptions _options = options.Value;
    private readonly ForwarderRequestConfig _answered = Within(options.Value.ControllerTimeout);

    public async Task ForwardAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = _options.MaxUploadBytes;
        }

        var error = IsFollowedLog(context.Request) ? await FollowAsync(context) : await SendAsync(context, _answered, context.RequestAborted);

        if (error is ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        LogFailed(context.Request.Method, context.Request.Path, error);
        await PlainText.WriteAsync(context, ProblemOf(context, error));
    }

    /// <summary>A line may be long in coming, the answer's head not.</summary>
    private async Task<ForwarderError> FollowAsync(HttpContext context)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), patience, _options.ControllerTimeout, Timeout.InfiniteTimeSpan);
        context.Response.OnStarting(() =>
        {
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return Task.CompletedTask;
        });

        var error = await SendAsync(context, Followed, patience.Token);
        return error is not ForwarderError.None && patience.IsCancellationRequested ? ForwarderError.RequestTimedOut : error;
    }

    private ValueTask<ForwarderError> SendAsync(HttpContext context, ForwarderRequestConfig exchange, CancellationToken cancellationToken) =>
        forwarder.SendAsync(context, transport.HttpAddress, transport.Invoker, exchange, transformer, cancellationToken);

    /// <summary>YARP has put a status of its own for each kind of failure; to the caller all but these are one.</summary>
    private Problem ProblemOf(HttpContext context, ForwarderError error) => error switch
    {
        _ when context.Response.StatusCode is StatusCodes.Status413PayloadTooLarge => new Problem(ErrorCode.BodyTooLarge, "the request body is over the limit"),
        ForwarderError.RequestTimedOut => new Problem(
            ErrorCode.DeadlineExceeded, $"the controller has not answered for {_options.ControllerTimeout.TotalSeconds:0.#} s; the request may have been carried out"),
        _ => new Problem(ErrorCode.ControllerUnavailable, "the controller cannot be reached; try again shortly"),
    };

    private static bool IsFollowedLog(HttpRequest request) =>
        request.Path.StartsWithSegments("/system/logs", StringComparison.OrdinalIgnoreCase) && request.Query["follow"] is [{ } follow] && follow is not ("0" or "false");

    private static ForwarderRequestConfig Within(TimeSpan silence) => new()
    {
        ActivityTimeout = silence,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
