using System.Runtime.InteropServices;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /system/info</c>. The provider is not called faasd: that name makes OpenFaaS's certifier skip tests.</summary>
internal sealed class InfoApi(HostIdentity identity, IOptions<ControllerOptions> options)
{
    public Task GetAsync(HttpContext context)
    {
        var version = new VersionInfo(identity.Version, options.Value.Commit is { Length: > 0 } commit ? commit : BuildIdentity());
        var info = new GatewayInfo(new ProviderInfo("lorafaas", "lorafaas-workers", version), version, Architecture());
        return context.WriteJsonAsync(info, ContractsJson.Default.GatewayInfo);
    }

    /// <summary>Differs between builds of different source: the compiler derives it from the code.</summary>
    private static string BuildIdentity() => typeof(InfoApi).Module.ModuleVersionId.ToString("N");

    /// <summary>As uname says it, which is what OpenFaaS shows.</summary>
    private static string Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
