using System.Globalization;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /api/v1/audit?since=&amp;before=&amp;limit=</c>, newest first: since an RFC 3339 time, before a number of an earlier page.</summary>
internal sealed class AuditApi(IAuditStore audit)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    public async Task ReadAsync(HttpContext context)
    {
        if (!UsageApi.TryTime(context, "since", DateTimeOffset.UnixEpoch, out var since, out var problem)
            || !TryNumber(context, "before", long.MaxValue, long.MaxValue, out var before, out problem)
            || !TryNumber(context, "limit", DefaultLimit, MaxLimit, out var limit, out problem))
        {
            await context.WriteProblemAsync(problem!);
            return;
        }

        var found = await audit.ReadAsync(new AuditQuery(since, before, (int)limit), context.RequestAborted);
        List<AuditEvent> list =
        [
            .. found.Select(one => new AuditEvent
            {
                Number = one.Number,
                At = one.Record.At,
                User = one.Record.User,
                Action = one.Record.Action,
                Target = one.Record.Target,
                Status = one.Record.Status,
            }),
        ];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListAuditEvent);
    }

    private static bool TryNumber(HttpContext context, string name, long otherwise, long most, out long value, out Problem? problem)
    {
        (value, problem) = (otherwise, null);

        if (context.Request.Query[name].LastOrDefault() is not { Length: > 0 } text)
        {
            return true;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= most)
        {
            return true;
        }

        problem = new Problem(ErrorCode.InvalidRequest, $"a whole number from 1 to {most} is required", name);
        return false;
    }
}
