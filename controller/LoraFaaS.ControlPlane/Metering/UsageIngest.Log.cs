using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Metering;

public sealed partial class UsageIngest
{
    [LoggerMessage(2602, LogLevel.Warning, "{Count} usage reports of {Worker} wait for the store: {Message}")]
    private partial void LogNotStored(WorkerId worker, int count, string message);

    [LoggerMessage(2603, LogLevel.Warning, "{Count} invocations of {Worker} are stored but not yet counted: {Message}")]
    private partial void LogNotCounted(WorkerId worker, int count, string message);
}
