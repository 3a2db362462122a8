using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Artifacts;

internal sealed partial class ArtifactCache
{
    [LoggerMessage(3101, LogLevel.Information, "Artifact {Digest} fetched, {Bytes} bytes")]
    private partial void LogFetched(Digest digest, long bytes);

    [LoggerMessage(3102, LogLevel.Information, "Artifact {Digest} evicted from the disk cache")]
    private partial void LogEvicted(Digest digest);

    [LoggerMessage(3103, LogLevel.Warning, "Artifact {Digest} arrived with digest {Actual}")]
    private partial void LogWrongDigest(Digest digest, string actual);

    [LoggerMessage(3104, LogLevel.Error, "Artifact {Digest} on disk is corrupt; discarded")]
    private partial void LogCorrupt(Digest digest);

    [LoggerMessage(3105, LogLevel.Error, "The disk cache failed on artifact {Digest}")]
    private partial void LogDiskFailure(Exception exception, Digest digest);
}
