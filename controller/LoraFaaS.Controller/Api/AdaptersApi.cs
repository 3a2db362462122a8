using System.Diagnostics;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Adapters;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>/api/v1/adapters</c>. A push is a tar of a PEFT folder, streamed.</summary>
internal sealed class AdaptersApi(AdapterRegistrar registrar, ICatalogueStore catalogue, IOptions<ControllerOptions> options)
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

        var pushed = push is AdapterPush.Stored { Adapter: var known } ? $":{known.Tag} {known.Digest}" : "";
        AuditNote.Set(context, "adapter.push", $"{context.Request.RouteValues["backbone"]}/{context.Request.RouteValues["name"]}{pushed}");

        await (push switch
        {
            AdapterPush.Stored stored => context.WriteJsonAsync(Info(stored.Adapter), ContractsJson.Default.AdapterInfo),
            AdapterPush.Refused refused => context.WriteProblemAsync(refused.Problem),
            _ => throw new UnreachableException(),
        });
    }

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
