using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary>
/// <c>/system/function/{name}/revisions</c>, <c>/traffic</c>, <c>/promote</c> and <c>/rollback</c>, with <c>?namespace=</c>. What changes the split answers
/// 200 with the split as it is then.
/// </summary>
internal sealed class TrafficApi(
    FunctionRegistry functions, TrafficRegistry traffic, RevisionList revisions, ICatalogueStore catalogue, IOptions<ControllerOptions> options)
{
    public async Task ListRevisionsAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } function)
        {
            await context.WriteJsonAsync(await revisions.BuildAsync(function, context.RequestAborted), ContractsJson.Default.ListRevisionInfo);
        }
    }

    public async Task GetAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } function)
        {
            await context.WriteJsonAsync(Info(function), ContractsJson.Default.TrafficInfo);
        }
    }

    public async Task SplitAsync(HttpContext context)
    {
        var (body, problem) = await JsonBody.ReadAsync<TrafficRequest>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);
        problem ??= body!.Targets is null || body.Targets.Any(target => target is null) ? new Problem(ErrorCode.InvalidRequest, "the targets are required", "targets") : null;

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        var targets = body!.Targets!;
        await ChangeAsync(context, "function.traffic", TrafficText.Write(targets), (id, token) => traffic.SplitAsync(id, targets, body.Generation, token));
    }

    public Task PromoteAsync(HttpContext context) => ChangeAsync(context, "function.promote", "", traffic.PromoteAsync);

    public async Task RollbackAsync(HttpContext context)
    {
        var to = default(int?);

        if (context.Request.ContentLength is not 0 && context.Request.ContentType is not null)
        {
            var (body, problem) = await JsonBody.ReadAsync<RollbackRequest>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

            if (problem is not null)
            {
                await context.WriteProblemAsync(problem);
                return;
            }

            to = body!.To;
        }

        await ChangeAsync(
            context, "function.rollback", to is { } number ? FormattableString.Invariant($"to {number}") : "", (id, token) => traffic.RollbackAsync(id, to, token));
    }

    internal static TrafficInfo Info(FunctionRecord function) => new()
    {
        Name = function.Id.Name.Value,
        Namespace = function.Id.Namespace.Value,
        Newest = function.Newest.Number,
        Targets = function.Targets.Count > 0 ? function.Targets : [new TrafficTarget { Percent = 100 }],
        Generation = function.Generation,
    };

    private async Task ChangeAsync(HttpContext context, string action, string what, Func<FunctionId, CancellationToken, Task<FunctionWrite>> change)
    {
        AuditNote.Set(context, action, $"{context.Request.RouteValues["name"]}.{NamespaceText(context)} {what}".TrimEnd());

        if (await IdAsync(context) is not { } id)
        {
            return;
        }

        switch (await change(id, context.RequestAborted))
        {
            case FunctionWrite.Done done:
                await context.WriteJsonAsync(Info(done.Function), ContractsJson.Default.TrafficInfo);
                break;
            case FunctionWrite.Refused refused:
                await context.WriteProblemAsync(refused.Problem);
                break;
        }
    }

    private async Task<FunctionRecord?> FindAsync(HttpContext context)
    {
        if (await IdAsync(context) is not { } id)
        {
            return null;
        }

        if (await catalogue.FindFunctionAsync(id, context.RequestAborted) is { } function)
        {
            return function;
        }

        await context.WriteProblemAsync(new Problem(ErrorCode.FunctionNotFound, $"function {id} not found"));
        return null;
    }

    /// <summary>Null: the caller has been told what is wrong.</summary>
    private async Task<FunctionId?> IdAsync(HttpContext context)
    {
        var (@namespace, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);
        var text = (string)context.Request.RouteValues["name"]!;

        if (problem is null && FunctionName.TryParse(text, out var name))
        {
            return new FunctionId(@namespace, name);
        }

        await context.WriteProblemAsync(problem ?? new Problem(ErrorCode.FunctionNotFound, $"function {OneLine.Quote(text)} not found"));
        return null;
    }

    private static string NamespaceText(HttpContext context) =>
        context.Request.Query["namespace"].LastOrDefault() is { Length: > 0 } given ? given : NamespaceName.Default.Value;
}
