using LoraFaaS.Contracts.Identity;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>The artifact store as the disk cache sees it.</summary>
internal interface IArtifactRemote
{
    /// <summary>Streams the artifact into the file, counting its digest on the way, and flushes it to the disk.</summary>
    Task<ArtifactDownload> DownloadAsync(Digest digest, long maxBytes, SafeFileHandle file, CancellationToken cancellationToken);
}
