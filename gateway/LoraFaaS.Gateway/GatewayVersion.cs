using System.Reflection;

namespace LoraFaaS.Gateway;

/// <summary>What X-Served-By says.</summary>
internal static class GatewayVersion
{
    public static readonly string ServedBy =
        "lorafaas/" + (typeof(GatewayVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0");
}
