using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Controller.Rpc;

internal sealed partial class ControlService
{
    [LoggerMessage(2804, LogLevel.Warning, "Worker {Worker} left, but the warm state could not be told: {Message}")]
    private partial void LogNotRemoved(WorkerId worker, string message);
}
