using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Problems;

/// <summary>Turns what a handler threw into a reply: known failures by their names, anything else as a logged 500 that tells nothing.</summary>
internal sealed partial class ProblemStation(RequestDelegate next, ILogger<ProblemStation> logger)
{
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = logger;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller left; nobody reads an answer.
            context.Abort();
        }
        catch (Exception exception) when (context.Response.HasStarted)
        {
            LogCutShort(exception, context.Request.Method, context.Request.Path);
            context.Abort();
        }
        catch (Exception exception)
        {
            await AnswerAsync(context, exception);
        }
    }

    private Task AnswerAsync(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return context.WriteProblemAsync(new Problem(ErrorCode.BodyTooLarge, "the body is larger than allowed"));
            case BadHttpRequestException bad:
                return context.WriteProblemAsync(new Problem(ErrorCode.InvalidRequest, bad.Message), bad.StatusCode);
            case IOException disk:
                // The caller is still there, so this is our own disk: full, or gone.
                LogUnavailable(context.Request.Method, context.Request.Path, disk.Message);
                return context.WriteProblemAsync(new Problem(ErrorCode.ControllerUnavailable, "the controller cannot write to its disk", RetryAfter: StoreRetry));
            case StoreUnavailableException or WarmStateUnavailableException:
                LogUnavailable(context.Request.Method, context.Request.Path, exception.Message);
                return context.WriteProblemAsync(new Problem(ErrorCode.ControllerUnavailable, exception.Message, RetryAfter: StoreRetry));
            default:
                LogUnexpected(exception, context.Request.Method, context.Request.Path);
                return context.WriteProblemAsync(new Problem(ErrorCode.Internal, "an internal error; the controller's log says more"));
        }
    }

    [LoggerMessage(2701, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogUnexpected(Exception exception, string method, string path);

    [LoggerMessage(2702, LogLevel.Warning, "{Method} {Path} was cut short")]
    private partial void LogCutShort(Exception exception, string method, string path);

    [LoggerMessage(2703, LogLevel.Warning, "{Method} {Path} found a store unavailable: {Message}")]
    private partial void LogUnavailable(string method, string path, string message);
}
