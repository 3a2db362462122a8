using System.Globalization;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /api/v1/usage?from=&amp;to=</c>, both RFC 3339: by default the last 24 hours.</summary>
internal sealed class UsageApi(IUsageStore usage, TimeProvider time)
{
    public async Task ReadAsync(HttpContext context)
    {
        var now = time.GetUtcNow();

        if (!TryTime(context, "from", now.AddDays(-1), out var from, out var problem)
            || !TryTime(context, "to", now, out var to, out problem))
        {
            await context.WriteProblemAsync(problem!);
            return;
        }

        if (from > to)
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.InvalidRequest, "is later than to", "from"));
            return;
        }

        var sums = await usage.SumAsync(from, to, context.RequestAborted);
        List<FunctionUsageSum> list =
        [
            .. sums.Select(sum => new FunctionUsageSum(
                sum.Function.Namespace.Value, sum.Function.Name.Value, sum.Invocations, sum.PromptTokens, sum.CompletionTokens, sum.PrefillMs, sum.DecodeMs)),
        ];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListFunctionUsageSum);
    }

    internal static bool TryTime(HttpContext context, string name, DateTimeOffset otherwise, out DateTimeOffset value, out Problem? problem)
    {
        value = otherwise;
        problem = null;

        if (context.Request.Query[name].LastOrDefault() is not { Length: > 0 } text)
        {
            return true;
        }

        // Far ends of the calendar cannot be widened to whole hours.
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value) && value.Year is > 1 and < 9999)
        {
            return true;
        }

        problem = new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(text)} is not a time, as in 2026-01-31T00:00:00Z", name);
        return false;
    }
}
