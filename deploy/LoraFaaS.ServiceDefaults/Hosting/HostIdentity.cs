using System.Reflection;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>Which host this is, in logs, traces, metrics and on <c>/healthz</c>.</summary>
public sealed record HostIdentity(string Service, string Version)
{
    internal static HostIdentity Of(string service) =>
        new(service, typeof(HostIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0");
}
