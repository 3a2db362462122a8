using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary>
/// <c>GET /internal/artifacts/{digest}</c>, for workers. Content that turns out damaged ends the connection short of its length, and
/// the worker checks the digest in any case.
/// </summary>
internal sealed class ArtifactsApi(IArtifactStore artifacts)
{
    public async Task GetAsync(HttpContext context)
    {
        var text = (string)context.Request.RouteValues["digest"]!;

        if (!Digest.TryParse(text, out var digest) || await artifacts.OpenAsync(digest, context.RequestAborted) is not { } content)
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.NotFound, $"no artifact {OneLine.Quote(text)}"));
            return;
        }

        await using (content)
        {
            context.Response.ContentType = "application/octet-stream";
            context.Response.ContentLength = content.Bytes;
            await content.Stream.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
