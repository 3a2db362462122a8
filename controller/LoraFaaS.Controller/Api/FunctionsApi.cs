using System.Diagnostics;
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

/// <summary><c>/system/functions</c> and <c>/system/function/{name}</c>. Clients update first and deploy when told 404.</summary>
internal sealed class FunctionsApi(
    FunctionRegistry functions, ICatalogueStore catalogue, StatusBuilder statuses, UsageMeter usage, IOptions<ControllerOptions> options)
{
    public async Task ListAsync(HttpContext context)
    {
        var (name, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        var found = await catalogue.ListFunctionsAsync(name, context.RequestAborted);
        var list = await statuses.BuildAsync(found, context.RequestAborted);
        await context.WriteJsonAsync(list, ContractsJson.Default.ListFunctionStatus);
    }

    public async Task GetAsync(HttpContext context)
    {
        var text = (string)context.Request.RouteValues["name"]!;
        var (@namespace, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        if (!FunctionName.TryParse(text, out var name)
            || await catalogue.FindFunctionAsync(new FunctionId(@namespace, name), context.RequestAborted) is not { } function)
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.FunctionNotFound, $"function {OneLine.Quote(text)} not found"));
            return;
        }

        var status = (await statuses.BuildAsync([function], context.RequestAborted))[0];

        if (context.Request.Query["usage"].LastOrDefault() is "1" or "true")
        {
            status = status with { Usage = await usage.ReadAsync(function, context.RequestAborted) };
        }

        await context.WriteJsonAsync(status, ContractsJson.Default.FunctionStatus);
    }

    public Task DeployAsync(HttpContext context) => WriteAsync(context, "function.deploy", functions.DeployAsync);

    public Task UpdateAsync(HttpContext context) => WriteAsync(context, "function.update", functions.UpdateAsync);

    public async Task DeleteAsync(HttpContext context)
    {
        var (body, problem) = await JsonBody.ReadAsync<DeleteFunctionRequest>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);
        problem ??= string.IsNullOrEmpty(body!.FunctionName) ? new Problem(ErrorCode.InvalidRequest, "the function's name is required", "functionName") : null;

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        // go-sdk sends the namespace in the query, faas-cli in the body.
        var named = string.IsNullOrEmpty(body!.Namespace) ? context.Request.Query["namespace"].LastOrDefault() : body.Namespace;
        AuditNote.Set(context, "function.remove", $"{body.FunctionName}.{named ?? NamespaceName.Default.Value}");
        var (@namespace, unknown) = await NamespaceQuery.CheckAsync(named, functions, context.RequestAborted);

        if (unknown is not null)
        {
            await context.WriteProblemAsync(unknown);
            return;
        }

        if (!FunctionName.TryParse(body.FunctionName, out var name))
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.FunctionNotFound, $"function {OneLine.Quote(body.FunctionName!)} not found"));
            return;
        }

        await AnswerAsync(context, await functions.RemoveAsync(new FunctionId(@namespace, name), context.RequestAborted));
    }

    /// <summary>202 and nothing else: clients of every age take it, and 201 or 204 only some.</summary>
    internal static Task AnswerAsync(HttpContext context, FunctionWrite write)
    {
        switch (write)
        {
            case FunctionWrite.Done:
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return Task.CompletedTask;
            case FunctionWrite.Refused refused:
                return context.WriteProblemAsync(refused.Problem);
            default:
                throw new UnreachableException();
        }
    }

    private async Task WriteAsync(HttpContext context, string action, Func<FunctionDeployment, CancellationToken, Task<FunctionWrite>> write)
    {
        var (body, problem) = await JsonBody.ReadAsync<FunctionDeployment>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        // Some clients name the namespace in the query only.
        var deployment = string.IsNullOrEmpty(body!.Namespace) && context.Request.Query["namespace"].LastOrDefault() is { Length: > 0 } named
            ? body with { Namespace = named }
            : body;

        AuditNote.Set(context, action, $"{deployment.Service}.{deployment.Namespace ?? NamespaceName.Default.Value} {deployment.Image}");
        var written = await write(deployment, context.RequestAborted);

        // faas-cli and others ask by an update whether there is such a function, and deploy it when there is not: the deployment is what is on record.
        if (written is FunctionWrite.Refused { Problem.Code: ErrorCode.FunctionNotFound })
        {
            AuditNote.Drop(context);
        }

        await AnswerAsync(context, written);
    }
}
