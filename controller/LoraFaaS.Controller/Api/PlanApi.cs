using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /api/v1/plan</c>: the newest plan (<c>?function=name.namespace</c>: what concerns that function); <c>/api/v1/plans</c>: the last ones, without lines.</summary>
internal sealed class PlanApi(IPlanStore plans, PlanExplainer explainer)
{
    public async Task GetAsync(HttpContext context)
    {
        var plan = await plans.FindNewestAsync(context.RequestAborted);

        plan ??= new PlanInfo { Number = 0, MadeAt = DateTimeOffset.UnixEpoch, Controller = "", LeaderToken = 0, WorthMs = 0, Lines = [] };

        if (context.Request.Query["function"].ToString() is { Length: > 0 } function)
        {
            plan = FunctionId.TryParse(function, out var id)
                ? await explainer.ExplainAsync(plan, id, context.RequestAborted)
                : plan with { Lines = [], Explanation = "That is no function's name." };
        }

        await context.WriteJsonAsync(plan, ContractsJson.Default.PlanInfo);
    }

    public async Task ListAsync(HttpContext context)
    {
        List<PlanInfo> list = [.. (await plans.ListAsync(IPlanStore.Kept, context.RequestAborted)).Select(plan => plan with { Lines = [] })];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListPlanInfo);
    }
}
