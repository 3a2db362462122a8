using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Planning;

public sealed partial class KeepAliveLoop
{
    [LoggerMessage(2404, LogLevel.Warning, "Idle adapters could not be looked at: {Message}")]
    private partial void LogUnavailable(string message);

    [LoggerMessage(2405, LogLevel.Information, "Function {Function} is scaled to zero: {Reason}")]
    private partial void LogToZero(FunctionId function, string reason);

    [LoggerMessage(2406, LogLevel.Information, "Adapter {Adapter} on {Worker} moved to {Tier}: {Reason}")]
    private partial void LogOffloaded(Digest adapter, WorkerId worker, StorageTier tier, string reason);

    [LoggerMessage(2407, LogLevel.Debug, "Adapter {Adapter} on {Worker} stays for now: {Outcome}")]
    private partial void LogNotOffloaded(Digest adapter, WorkerId worker, CommandOutcome outcome);

    [LoggerMessage(2408, LogLevel.Debug, "Prompt prefix of revision {Revision} of {Function} on {Worker} is to go: {Outcome}")]
    private partial void LogDropped(FunctionId function, int revision, WorkerId worker, CommandOutcome outcome);
}
