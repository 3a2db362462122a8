using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Lorax.Wire;
using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.Lorax;

/// <summary>A problem as LoRAX's clients expect it: they go by <c>error_type</c>.</summary>
internal static class LoraxErrors
{
    private const string Validation = "validation";
    private const string Overloaded = "overloaded";
    private const string Generation = "generation";
    private const string Incomplete = "incomplete_generation";

    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = StatusOf(problem.Code);
        PlainText.SetRetryAfter(context.Response, problem);

        return context.Response.WriteAsJsonAsync(ToBody(problem), LoraxJson.Default.LoraxError, cancellationToken: context.RequestAborted);
    }

    public static LoraxError ToBody(Problem problem) => new(problem.ToString(), TypeOf(problem.Code));

    /// <summary>What the caller can mend is 422, what broke on the way 424; statuses that tell more than LoRAX's own stay.</summary>
    private static int StatusOf(ErrorCode code) => code.ToHttpStatus() switch
    {
        StatusCodes.Status400BadRequest or StatusCodes.Status404NotFound => StatusCodes.Status422UnprocessableEntity,
        StatusCodes.Status502BadGateway => StatusCodes.Status424FailedDependency,
        var status => status,
    };

    private static string TypeOf(ErrorCode code) => code.ToHttpStatus() switch
    {
        StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => Overloaded,
        StatusCodes.Status504GatewayTimeout => Incomplete,
        >= 500 or StatusCodes.Status499ClientClosedRequest => Generation,
        _ => Validation,
    };
}
