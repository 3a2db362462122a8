using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Controller.Rpc;

internal sealed partial class WorkerSessionCall
{
    [LoggerMessage(2801, LogLevel.Warning, "Worker {Worker} sent usage {Sequence} of no function; it is passed over")]
    private partial void LogUnreadableUsage(WorkerId worker, ulong sequence);

    [LoggerMessage(2802, LogLevel.Warning, "Usage {Sequence} of worker {Worker} has to come again: the store is behind")]
    private partial void LogUsageRefused(WorkerId worker, ulong sequence);

    [LoggerMessage(2803, LogLevel.Warning, "What worker {Worker} said could not be shared: {Message}")]
    private partial void LogNotShared(WorkerId worker, string message);
}
