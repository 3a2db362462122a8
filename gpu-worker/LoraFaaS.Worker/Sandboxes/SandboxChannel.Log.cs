using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Sandboxes;

internal sealed partial class SandboxChannel
{
    /// <summary>An end in the middle of a frame is a process that was killed; a frame that is none was meant.</summary>
    private void LogEnd(FrameReadStatus status)
    {
        if (status is FrameReadStatus.Malformed or FrameReadStatus.TooLarge)
        {
            LogNoFrame(_sandbox, Owner, status);
        }
    }

    [LoggerMessage(3215, LogLevel.Error, "Sandbox {Sandbox} of {Owner} sent what is no frame ({Status}); it is cut off")]
    private partial void LogNoFrame(SandboxId sandbox, string owner, FrameReadStatus status);

    [LoggerMessage(3211, LogLevel.Warning, "The connection to sandbox {Sandbox} broke")]
    private partial void LogBroken(Exception exception, SandboxId sandbox);

    [LoggerMessage(3212, LogLevel.Error, "Sandbox {Sandbox} of {Owner} broke the protocol with {Kind}; it is cut off")]
    private partial void LogBreach(SandboxId sandbox, string owner, FromSandbox.KindOneofCase kind);

    [LoggerMessage(3214, LogLevel.Error, "Sandbox {Sandbox} of {Owner} sent what cannot be taken; it is cut off")]
    private partial void LogUntaken(Exception exception, SandboxId sandbox, string owner);

    [LoggerMessage(3213, LogLevel.Debug, "{Kind} for sandbox {Sandbox} dropped: the connection has ended")]
    private partial void LogDropped(SandboxId sandbox, ToSandbox.KindOneofCase kind);
}
