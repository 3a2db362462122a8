using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>A problem as OpenAI's clients expect it.</summary>
internal static class OpenAiErrors
{
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Code.ToHttpStatus();
        PlainText.SetRetryAfter(context.Response, problem);

        return context.Response.WriteAsJsonAsync(
            ToEnvelope(problem), OpenAiJson.Readable.ErrorEnvelope, cancellationToken: context.RequestAborted);
    }

    /// <summary>A path or a method that is not served: OpenAI's own code for both.</summary>
    public static Task WriteUnknownAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        var body = new ErrorBody($"{context.Request.Method} {context.Request.Path} is not served here.", "invalid_request_error", null, "unknown_url");
        return context.Response.WriteAsJsonAsync(new ErrorEnvelope(body), OpenAiJson.Readable.ErrorEnvelope, cancellationToken: context.RequestAborted);
    }

    public static ErrorEnvelope ToEnvelope(Problem problem) =>
        new(new ErrorBody(problem.ToString(), TypeOf(problem.Code), problem.Field, CodeOf(problem.Code)));

    public static Problem ModelNotFound(string model) =>
        new(ErrorCode.FunctionNotFound, $"The model '{model}' does not exist.", "model");

    private static string TypeOf(ErrorCode code) => code.ToHttpStatus() switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    private static string CodeOf(ErrorCode code) => code is ErrorCode.FunctionNotFound ? "model_not_found" : code.ToWire();
}
