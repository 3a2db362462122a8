using System.Diagnostics;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Backbones;
using LoraFaaS.Controller.Problems;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>/api/v1/backbones</c>.</summary>
internal sealed class BackbonesApi(BackboneRegistrar registrar, ICatalogueStore catalogue, IOptions<ControllerOptions> options)
{
    public async Task ListAsync(HttpContext context)
    {
        var known = await catalogue.ListBackbonesAsync(context.RequestAborted);
        List<BackboneInfo> list = [.. known.Select(Info)];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListBackboneInfo);
    }

    public async Task RegisterAsync(HttpContext context)
    {
        var (body, problem) = await JsonBody.ReadAsync<BackboneRegistration>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        AuditNote.Set(context, "backbone.register", $"{body!.Name} {body.Path}");
        await AnswerAsync(context, await registrar.RegisterAsync(body!, context.RequestAborted));
    }

    public async Task RemoveAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        AuditNote.Set(context, "backbone.remove", name);
        await AnswerAsync(context, await registrar.RemoveAsync(name, context.RequestAborted));
    }

    private static Task AnswerAsync(HttpContext context, BackboneOutcome outcome)
    {
        switch (outcome)
        {
            case BackboneOutcome.Registered registered:
                context.Response.StatusCode = registered.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
                return context.WriteJsonAsync(Info(registered.Backbone), ContractsJson.Default.BackboneInfo);
            case BackboneOutcome.Removed:
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return Task.CompletedTask;
            case BackboneOutcome.Refused refused:
                return context.WriteProblemAsync(refused.Problem);
            default:
                throw new UnreachableException();
        }
    }

    private static BackboneInfo Info(BackboneRecord backbone) => new()
    {
        Name = backbone.Name.Value,
        Digest = backbone.Digest.Value,
        Path = backbone.Path,
        Architecture = backbone.Architecture,
        Parameters = backbone.Parameters,
        ContextLength = backbone.ContextLength,
        VocabularySize = backbone.VocabularySize,
        CreatedAt = backbone.CreatedAt,
    };
}
