using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Controllers;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Gateway.Vllm.Wire;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Vllm;

/// <summary>
/// vLLM's runtime adapter management. As there, the paths do not exist unless they were switched on; here the control API's password opens them, too.
/// </summary>
internal sealed class VllmEndpoints(AdapterDesk desk, BodyReader bodies, AdminCredentials credentials, IOptions<GatewayOptions> options)
{
    private static readonly AdapterOutcome NotWithoutPassword =
        AdapterOutcome.Invalid($"lora_name: namespaces other than {NamespaceName.Default} need the password of the control API");

    public Task LoadAsync(HttpContext context) => HandleAsync(context, async body =>
    {
        var (load, problem) = AdapterLoad.Parse(body);
        return load is null ? AdapterOutcome.Invalid(Words(problem!))
            : MayChange(context, load.Name) ? await desk.LoadAsync(load, context.RequestAborted)
            : NotWithoutPassword;
    });

    public Task UnloadAsync(HttpContext context) => HandleAsync(context, async body =>
    {
        var (unload, problem) = AdapterUnload.Parse(body);
        return unload is null ? AdapterOutcome.Invalid(Words(problem!))
            : MayChange(context, unload.Name) ? await desk.UnloadAsync(unload, context.RequestAborted)
            : NotWithoutPassword;
    });

    /// <summary>vLLM's own sentences name their fields; ours are named before.</summary>
    private static string Words(Problem problem) =>
        problem.Field is { } field && problem.Message.Contains($"'{field}'", StringComparison.Ordinal) ? problem.Message : problem.ToString();

    /// <summary>The option opens the default namespace; the functions of others are not for whoever comes by.</summary>
    private bool MayChange(HttpContext context, string name) =>
        !FunctionId.TryParse(name, out var id) || id.Namespace == NamespaceName.Default || HasPassword(context);

    private bool HasPassword(HttpContext context) => credentials.Accepts(context.Request.Headers.Authorization);

    private async Task HandleAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Task<AdapterOutcome>> act)
    {
        // Where every invocation needs a key, a key that may invoke does not yet make one who may deploy.
        if (!(options.Value is { AllowRuntimeLoraUpdating: true, RequireApiKeys: false }) && !HasPassword(context))
        {
            await UnknownRoute.WriteAsync(context);
            return;
        }

        switch (await bodies.ReadAsync(context, context.RequestAborted))
        {
            case BodyRead.Complete body:
                await WriteAsync(context, await act(body.Bytes));
                return;

            case BodyRead.Refused refused:
                await WriteAsync(context, new AdapterOutcome.Refused(refused.Problem.Code.ToHttpStatus(), "InvalidUserInput", refused.Problem.ToString()));
                return;

            default:
                throw new UnreachableException();
        }
    }

    private static Task WriteAsync(HttpContext context, AdapterOutcome outcome)
    {
        switch (outcome)
        {
            case AdapterOutcome.Done done:
                context.Response.ContentType = "text/plain; charset=utf-8";
                return context.Response.WriteAsync(done.Message, context.RequestAborted);

            case AdapterOutcome.Refused refused:
                context.Response.StatusCode = refused.Status;
                var error = new VllmError(new VllmErrorBody(refused.Message, refused.Type, null, refused.Status));
                return context.Response.WriteAsJsonAsync(error, VllmJson.Default.VllmError, cancellationToken: context.RequestAborted);

            default:
                throw new UnreachableException();
        }
    }
}
