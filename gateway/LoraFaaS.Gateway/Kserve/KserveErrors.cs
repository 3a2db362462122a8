using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Kserve.Wire;
using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.Kserve;

/// <summary>A problem as the Open Inference Protocol's clients expect it.</summary>
internal static class KserveErrors
{
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Code.ToHttpStatus();
        PlainText.SetRetryAfter(context.Response, problem);
        return context.Response.WriteAsJsonAsync(ToBody(problem), KserveJson.Default.KserveError, cancellationToken: context.RequestAborted);
    }

    public static KserveError ToBody(Problem problem) => new(problem.ToString());

    public static Problem ModelNotFound(string model) => new(ErrorCode.FunctionNotFound, $"the model '{model}' does not exist");
}
