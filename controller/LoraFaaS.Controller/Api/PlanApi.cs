using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /api/v1/plan</c>: the newest plan (<c>?function=name.namespace</c>: its lines alone); <c>/api/v1/plans</c>: the last ones, without lines.</summary>
internal sealed class PlanApi(IPlanStore plans)
{
    public async Task GetAsync(HttpContext context)
    {
        var plan = await plans.FindNewestAsync(context.RequestAborted);

        if (plan is null)
        {
            plan = new PlanInfo { Number = 0, MadeAt = DateTimeOffset.UnixEpoch, Controller = "", LeaderToken = 0, WorthMs = 0, Lines = [] };
        }
        else if (context.Request.Query["function"].ToString() is { Length: > 0 } function)
        {
            plan = plan with { Lines = [.. plan.Lines.Where(line => line.Function == function)] };
        }

        await context.WriteJsonAsync(plan, ContractsJson.Default.PlanInfo);
    }

    public async Task ListAsync(HttpContext context)
    {
        List<PlanInfo> list = [.. (await plans.ListAsync(IPlanStore.Kept, context.RequestAborted)).Select(plan => plan with { Lines = [] })];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListPlanInfo);
    }
}
