using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Sandbox;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Sandboxes;

internal sealed partial class SandboxChannel
{
    [LoggerMessage(3211, LogLevel.Warning, "The connection to sandbox {Sandbox} broke")]
    private partial void LogBroken(Exception exception, SandboxId sandbox);

    [LoggerMessage(3212, LogLevel.Error, "Sandbox {Sandbox} broke the protocol with {Kind}; it is cut off")]
    private partial void LogBreach(SandboxId sandbox, FromSandbox.KindOneofCase kind);

    [LoggerMessage(3213, LogLevel.Debug, "{Kind} for sandbox {Sandbox} dropped: the connection has ended")]
    private partial void LogDropped(SandboxId sandbox, ToSandbox.KindOneofCase kind);
}
