using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Placement;

public sealed partial class Placer
{
    [LoggerMessage(2301, LogLevel.Information, "Function {Function} revision {Revision} is ready on {Worker} after {Milliseconds} ms; chosen as {Reason}")]
    private partial void LogPlaced(FunctionId function, int revision, WorkerId worker, double milliseconds, string reason);

    [LoggerMessage(2302, LogLevel.Warning, "Function {Function} revision {Revision} could not be loaded on {Worker}: {Message}")]
    private partial void LogFailed(FunctionId function, int revision, WorkerId worker, string message);
}
