using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>POST /system/scale-function/{name}</c>. The namespace is in the query (gateway) or in the body (faas-cli).</summary>
internal sealed class ScaleFunctionApi(FunctionRegistry functions, IOptions<ControllerOptions> options)
{
    private const int MaxReplicas = 1_000;

    public async Task ScaleAsync(HttpContext context)
    {
        var (body, problem) = await JsonBody.ReadAsync<ScaleRequest>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);
        var named = context.Request.Query["namespace"].LastOrDefault() is { Length: > 0 } query ? query : body?.Namespace;
        AuditNote.Set(context, "function.scale", $"{context.Request.RouteValues["name"]}.{(string.IsNullOrEmpty(named) ? NamespaceName.Default.Value : named)} to {body?.Replicas}".TrimEnd());
        problem ??= body!.Replicas is >= 0 and <= MaxReplicas
            ? null
            : new Problem(ErrorCode.InvalidRequest, $"a whole number from 0 to {MaxReplicas} is required", "replicas");

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        var (@namespace, unknown) = await NamespaceQuery.CheckAsync(named, functions, context.RequestAborted);

        if (unknown is not null)
        {
            await context.WriteProblemAsync(unknown);
            return;
        }

        var text = (string)context.Request.RouteValues["name"]!;

        if (!FunctionName.TryParse(text, out var name))
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.FunctionNotFound, $"function {OneLine.Quote(text)} not found"));
            return;
        }

        await FunctionsApi.AnswerAsync(context, await functions.ScaleAsync(new FunctionId(@namespace, name), body!.Replicas!.Value, context.RequestAborted));
    }
}
