using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
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
    public Task LoadAsync(HttpContext context) => HandleAsync(context, async body =>
    {
        var (load, problem) = AdapterLoad.Parse(body);
        return load is null ? AdapterOutcome.Invalid(problem!.ToString()) : await desk.LoadAsync(load, context.RequestAborted);
    });

    public Task UnloadAsync(HttpContext context) => HandleAsync(context, async body =>
    {
        var (unload, problem) = AdapterUnload.Parse(body);
        return unload is null ? AdapterOutcome.Invalid(problem!.ToString()) : await desk.UnloadAsync(unload, context.RequestAborted);
    });

    private async Task HandleAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Task<AdapterOutcome>> act)
    {
        if (!options.Value.AllowRuntimeLoraUpdating && !credentials.Accepts(context.Request.Headers.Authorization))
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
