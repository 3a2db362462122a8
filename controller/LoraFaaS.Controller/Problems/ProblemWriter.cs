using System.Globalization;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.Controller.Api;

namespace LoraFaaS.Controller.Problems;

/// <summary>The one place where a problem becomes a reply: JSON under <c>/api</c>, one line of text elsewhere, as OpenFaaS does.</summary>
internal static class ProblemWriter
{
    public static Task WriteProblemAsync(this HttpContext context, Problem problem) =>
        context.WriteProblemAsync(problem, problem.Code.ToHttpStatus());

    /// <summary>With a status of its own, where OpenFaaS asks for another than the problem's usual one.</summary>
    public static Task WriteProblemAsync(this HttpContext context, Problem problem, int status)
    {
        context.Response.StatusCode = status;

        if (problem.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (context.Request.Path.StartsWithSegments("/api"))
        {
            var body = new ProblemBody(problem.Code.ToWire(), OneLine.Clean(problem.Message), problem.Field);
            return context.WriteJsonAsync(body, ContractsJson.Default.ProblemBody);
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(OneLine.Clean(problem.ToString()) + "\n", context.RequestAborted);
    }
}
