using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Sandboxes;

internal sealed partial class SandboxSupervisor
{
    [LoggerMessage(3241, LogLevel.Information, "Sandbox {Sandbox} of {Key} was idle; stopped")]
    private partial void LogIdle(SandboxId sandbox, SandboxKey key);

    [LoggerMessage(3243, LogLevel.Information, "Sandbox {Sandbox} of {Key} has ended")]
    private partial void LogEnded(SandboxId sandbox, SandboxKey key);

    [LoggerMessage(3244, LogLevel.Warning, "Sandbox {Sandbox} did not end within {Limit}; killed")]
    private partial void LogKilled(SandboxId sandbox, TimeSpan limit);
}
