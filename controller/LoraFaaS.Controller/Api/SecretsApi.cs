using LoraFaaS.Contracts;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /system/secrets</c>: there are none, since nothing stores them. Creating one is a method this route does not have.</summary>
internal sealed class SecretsApi(FunctionRegistry functions)
{
    public async Task ListAsync(HttpContext context)
    {
        var (_, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        await context.WriteJsonAsync([], ContractsJson.Default.ListString);
    }
}
