using System.Globalization;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Rendering;

/// <summary>OpenFaaS's way of failing: a status and one line of text.</summary>
internal static class PlainText
{
    public const string ContentType = "text/plain; charset=utf-8";

    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Code.ToHttpStatus();
        SetRetryAfter(context.Response, problem);

        return WriteLineAsync(context, problem.ToString());
    }

    public static Task WriteAsync(HttpContext context, int status, string line)
    {
        context.Response.StatusCode = status;
        return WriteLineAsync(context, line);
    }

    /// <summary>Whole seconds, rounded up: an early caller would only be refused again.</summary>
    public static void SetRetryAfter(HttpResponse response, Problem problem)
    {
        var status = problem.Code.ToHttpStatus();

        if (problem.RetryAfter is { } given)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(given.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }
        else if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "1";
        }
    }

    private static Task WriteLineAsync(HttpContext context, string line)
    {
        context.Response.ContentType = ContentType;
        return context.Response.WriteAsync(line.ReplaceLineEndings(" ") + "\n", context.RequestAborted);
    }
}
