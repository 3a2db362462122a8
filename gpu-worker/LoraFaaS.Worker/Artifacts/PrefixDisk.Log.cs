using LoraFaaS.Policies.Offloading;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Artifacts;

internal sealed partial class PrefixDisk
{
    [LoggerMessage(3111, LogLevel.Debug, "Prompt prefix {Prefix} is on disk, {Bytes} bytes")]
    private partial void LogWritten(PrefixKey prefix, long bytes);

    [LoggerMessage(3112, LogLevel.Debug, "Prompt prefix {Prefix} is not written to disk: {Why}")]
    private partial void LogNotWritten(PrefixKey prefix, PrefixDiskDecision why);

    [LoggerMessage(3113, LogLevel.Warning, "Prompt prefix {Prefix} on disk is not what was written there; it is removed, and computed again")]
    private partial void LogDamaged(PrefixKey prefix);

    [LoggerMessage(3114, LogLevel.Warning, "The disk failed with prompt prefix {Prefix}; it is computed again")]
    private partial void LogDiskFailure(Exception failure, PrefixKey prefix);

    [LoggerMessage(3115, LogLevel.Warning, "{Folder} could not be cleared; what is left there cannot be read, and the next start removes it")]
    private partial void LogNotCleared(Exception failure, string folder);

    [LoggerMessage(3116, LogLevel.Warning, "How much space the disk of {Folder} has left cannot be told; no prompt prefix is written there")]
    private partial void LogNoSpaceKnown(Exception failure, string folder);
}
