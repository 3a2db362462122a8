using LoraFaaS.Contracts.Identity;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Asks again when nobody answers: the controller that artifacts came from may just be restarting, and within a second or two it is back, or another one has
/// said where else they are. A caller whose deadline is nearer stops waiting by itself.
/// </summary>
internal sealed class PatientArtifactRemote(IArtifactRemote remote, TimeProvider time) : IArtifactRemote
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    public async Task<ArtifactDownload> DownloadAsync(Digest digest, long maxBytes, SafeFileHandle file, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var pause = FirstPause;

        while (true)
        {
            var outcome = await remote.DownloadAsync(digest, maxBytes, file, cancellationToken);

            if (outcome is not ArtifactDownload.Unavailable || time.GetElapsedTime(begun) + pause > Window)
            {
                return outcome;
            }

            await Task.Delay(pause, time, cancellationToken);
            RandomAccess.SetLength(file, 0);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
