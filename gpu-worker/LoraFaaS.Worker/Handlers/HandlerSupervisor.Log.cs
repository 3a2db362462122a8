using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Handlers;

internal sealed partial class HandlerSupervisor
{
    [LoggerMessage(3641, LogLevel.Information, "Handler {Handler} of {Function} was idle or of an older revision; stopped")]
    private partial void LogIdle(HandlerId handler, FunctionId function);

    [LoggerMessage(3642, LogLevel.Warning, "Handler {Handler} of {Function} {How}")]
    private partial void LogEnded(HandlerId handler, FunctionId function, string how);

    [LoggerMessage(3643, LogLevel.Warning, "Handler {Handler} of {Function} did not end within {Limit}; killed")]
    private partial void LogKilled(HandlerId handler, FunctionId function, TimeSpan limit);
}
