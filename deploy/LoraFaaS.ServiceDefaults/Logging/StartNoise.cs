using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Logging;

/// <summary>
/// A failed start is told once, on standard error, in one line. The framework would log the same failure twice more with stack traces:
/// the host as event 11 (HostedServiceStartupFaulted), Kestrel as a critical event without a number.
/// </summary>
internal static class StartNoise
{
    private const int HostedServiceStartupFaulted = 11;

    public static bool IsReportedElsewhere(string category, EventId id) => category switch
    {
        "Microsoft.Extensions.Hosting.Internal.Host" => id.Id == HostedServiceStartupFaulted,
        "Microsoft.AspNetCore.Server.Kestrel" => id.Id == 0,
        _ => false,
    };
}
