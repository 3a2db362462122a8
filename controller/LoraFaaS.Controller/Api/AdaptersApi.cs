using System.Diagnostics;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Adapters;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>/api/v1/adapters</c>. A push is a tar of a PEFT folder, streamed; an import names a folder on this machine.</summary>
internal sealed class AdaptersApi(AdapterRegistrar registrar, AdapterImporter importer, ICatalogueStore catalogue, IOptions<ControllerOptions> options)
{
    /// <summary>Other files of a training run may lie in the tar and are passed over.</summary>
    private const long TarSlack = 64 << 20;

    public async Task ListAsync(HttpContext context)
    {
        var known = await catalogue.ListAdaptersAsync(context.RequestAborted);
        List<AdapterInfo> list = [.. known.Select(Info)];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListAdapterInfo);
    }

    public async Task PushAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = options.Value.MaxAdapterBytes + TarSlack;

        var push = await registrar.PushAsync(
            (string)context.Request.RouteValues["backbone"]!,
            (string)context.Request.RouteValues["name"]!,
            context.Request.Query["tag"].LastOrDefault() is { Length: > 0 } tag ? tag : AdapterReference.LatestTag,
            context.Request.Body,
            context.RequestAborted);

        Note(context, "adapter.push", $"{context.Request.RouteValues["backbone"]}/{context.Request.RouteValues["name"]}", push);
        await AnswerAsync(context, push);
    }

    public async Task ImportAsync(HttpContext context)
    {
        var (body, problem) = await JsonBody.ReadAsync<AdapterImport>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

        if (body is null)
        {
            await context.WriteProblemAsync(problem!);
            return;
        }

        var push = await importer.ImportAsync(body, context.RequestAborted);
        Note(context, "adapter.import", $"{OneLine.Clean(body.Folder ?? "")} as {OneLine.Clean(body.Name ?? "")}", push);
        await AnswerAsync(context, push);
    }

    private static void Note(HttpContext context, string action, string subject, AdapterPush push)
    {
        var stored = push is AdapterPush.Stored { Adapter: var adapter } ? $":{adapter.Tag} {adapter.Digest}" : "";
        AuditNote.Set(context, action, subject + stored);
    }

    private static Task AnswerAsync(HttpContext context, AdapterPush push) => push switch
    {
        AdapterPush.Stored stored => context.WriteJsonAsync(Info(stored.Adapter), ContractsJson.Default.AdapterInfo),
        AdapterPush.Refused refused => context.WriteProblemAsync(refused.Problem),
        _ => throw new UnreachableException(),
    };

    private static AdapterInfo Info(AdapterRecord adapter) => new()
    {
        Backbone = adapter.Backbone.Value,
        Name = adapter.Name.Value,
        Tag = adapter.Tag,
        Digest = adapter.Digest.Value,
        Bytes = adapter.Bytes,
        MaxRank = adapter.MaxRank,
        Modules = adapter.Modules,
        PushedAt = adapter.PushedAt,
    };
}
