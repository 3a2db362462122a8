using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /api/v1/stats?function=name.namespace&amp;from=&amp;to=</c>: of one function or of all, by default of the last hour, at most of the last three.</summary>
internal sealed class StatsApi(IUsageStore usage, TimeProvider time)
{
    public async Task ReadAsync(HttpContext context)
    {
        var now = time.GetUtcNow();

        if (!UsageApi.TryTime(context, "from", now.AddHours(-1), out var from, out var problem) || !UsageApi.TryTime(context, "to", now, out var to, out problem))
        {
            await context.WriteProblemAsync(problem!);
            return;
        }

        FunctionId? function = null;

        if (context.Request.Query["function"].LastOrDefault() is { Length: > 0 } text)
        {
            if (!FunctionId.TryParse(text, out var id))
            {
                await context.WriteProblemAsync(new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(text)} is no name of a function", "function"));
                return;
            }

            function = id;
        }

        if (from < now - IUsageStore.MinutesKept)
        {
            from = now - IUsageStore.MinutesKept;
        }

        var minutes = await usage.ServedAsync(function, from, to, context.RequestAborted);
        await context.WriteJsonAsync(Info(from, to, minutes), ContractsJson.Default.InvocationStats);
    }

    private static InvocationStats Info(DateTimeOffset from, DateTimeOffset to, IReadOnlyList<ServedMinute> minutes)
    {
        var all = minutes.Aggregate(ServedSum.None, (sum, minute) => sum + minute.Sum);

        return new InvocationStats
        {
            From = from,
            To = to,
            Calls = all.Calls,
            Failed = all.Failed,
            Cold = all.Cold,
            Prefixes = new PrefixStats(all.Prefixes.Device, all.Prefixes.Host, all.Prefixes.Disk, all.Prefixes.Bytes),
            CompletionTokens = all.CompletionTokens,
            TtftP50Ms = TtftScale.Quantile(all.Ttft, 0.5),
            TtftP99Ms = TtftScale.Quantile(all.Ttft, 0.99),
            TtftBoundsMs = TtftScale.BoundsMs,
            TtftCounts = all.Ttft,
            Minutes = [.. minutes.Select(minute => new InvocationMinute(minute.Minute, minute.Sum.Calls, minute.Sum.Failed, minute.Sum.Cold, minute.Sum.CompletionTokens))],
        };
    }
}
