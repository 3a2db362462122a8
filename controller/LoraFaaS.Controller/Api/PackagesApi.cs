using LoraFaaS.Contracts;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Packages;
using LoraFaaS.Controller.Problems;
using LoraFaaS.Packaging;
using Microsoft.AspNetCore.Http.Features;

namespace LoraFaaS.Controller.Api;

/// <summary><c>POST /api/v1/packages</c>: a tar of a published project in, the digest that a deployment names out.</summary>
internal sealed class PackagesApi(PackageDesk desk)
{
    /// <summary>Headers and padding of a tar's entries.</summary>
    private const long TarSlack = 4 << 20;

    public async Task PushAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = PackageLimits.MaxBytes + TarSlack;
        var (package, problem) = await desk.PushAsync(context.Request.Body, context.RequestAborted);
        AuditNote.Set(context, "package.push", package?.Digest ?? "");
        await (package is null ? context.WriteProblemAsync(problem!) : context.WriteJsonAsync(package, ContractsJson.Default.PackageInfo));
    }
}
