using LoraFaaS.Protocol.Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Protocol.Grpc.Server;

/// <summary>
/// What every call passes: is it gRPC → lift the server's body limits → read the deadline → run the handler → say the status. The status goes
/// into the trailers, or, when nothing was sent yet, into the headers alone ("trailers-only").
/// </summary>
internal sealed partial class GrpcServerPipeline(string method, bool isStream, bool hasOwnLimits, ILogger logger)
{
    public delegate Task Handler(HttpContext context, GrpcServerCall call, CancellationToken cancellationToken);

    public async Task RunAsync(HttpContext context, Handler handler)
    {
        if (!IsGrpcRequest(context))
        {
            return;
        }

        LiftSizeLimit(context);

        if (!hasOwnLimits)
        {
            LiftRateLimit(context);
        }

        context.Response.ContentType = GrpcHeaders.ContentType;

        if (Refusal(context.Request, out var timeout) is { } refusal)
        {
            WriteStatus(context.Response, refusal);
            return;
        }

        var status = await AnswerAsync(context, timeout, handler);

        if (!context.RequestAborted.IsCancellationRequested)
        {
            WriteStatus(context.Response, status);
        }
    }

    public static void WriteStatus(HttpResponse response, GrpcStatus status)
    {
        var code = ((int)status.Code).ToString(System.Globalization.CultureInfo.InvariantCulture);

        if (response.HasStarted)
        {
            response.AppendTrailer(GrpcHeaders.Status, code);

            if (status.Message.Length > 0)
            {
                response.AppendTrailer(GrpcHeaders.Message, GrpcMessageText.Encode(status.Message));
            }

            return;
        }

        response.Headers[GrpcHeaders.Status] = code;

        if (status.Message.Length > 0)
        {
            response.Headers[GrpcHeaders.Message] = GrpcMessageText.Encode(status.Message);
        }
    }

    public static bool IsGrpcRequest(HttpContext context)
    {
        if (!GrpcHeaders.IsGrpc(context.Request.ContentType))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            // Trailers and two directions at once need HTTP/2.
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return false;
        }

        return true;
    }

    /// <summary>Kestrel cuts bodies of 30 MB and bodies slower than 240 bytes/s: right for uploads, wrong for a session that lasts for weeks.</summary>
    private static void LiftSizeLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }
    }

    private static void LiftRateLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static GrpcStatus? Refusal(HttpRequest request, out TimeSpan? timeout)
    {
        timeout = null;

        var encoding = request.Headers[GrpcHeaders.Encoding].ToString();

        if (encoding.Length > 0 && encoding != GrpcHeaders.Identity)
        {
            request.HttpContext.Response.Headers[GrpcHeaders.AcceptEncoding] = GrpcHeaders.Identity;
            return new(GrpcStatusCode.Unimplemented, $"Encoding '{encoding}' is not supported; send identity.");
        }

        var text = request.Headers[GrpcHeaders.Timeout].ToString();

        if (text.Length == 0)
        {
            return null;
        }

        if (!GrpcTimeout.TryParse(text, out var given))
        {
            return new(GrpcStatusCode.Internal, $"grpc-timeout '{text}' is not a timeout.");
        }

        timeout = given;
        return given > TimeSpan.Zero ? null : new(GrpcStatusCode.DeadlineExceeded, "The deadline was over on arrival.");
    }

    private async Task<GrpcStatus> AnswerAsync(HttpContext context, TimeSpan? timeout, Handler handler)
    {
        var services = context.RequestServices;
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var stopping = isStream ? services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping : CancellationToken.None;

        using var deadline = timeout is { } limit ? new CancellationTokenSource(limit, time) : new CancellationTokenSource();
        using var any = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, deadline.Token, stopping);

        try
        {
            await handler(context, new GrpcServerCall(context, timeout), any.Token);
            return GrpcStatus.Ok;
        }
        catch (GrpcStatusException failure)
        {
            return failure.Status;
        }
        catch (Exception failure) when (any.IsCancellationRequested && failure is OperationCanceledException or IOException)
        {
            return deadline.IsCancellationRequested ? new(GrpcStatusCode.DeadlineExceeded, "The deadline is over.")
                : stopping.IsCancellationRequested ? new(GrpcStatusCode.Unavailable, "The server is stopping.")
                : new(GrpcStatusCode.Cancelled, "The caller went away.");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogFailure(method, failure);
            return new(GrpcStatusCode.Internal, "The call failed; the server's log says why.");
        }
    }
}
