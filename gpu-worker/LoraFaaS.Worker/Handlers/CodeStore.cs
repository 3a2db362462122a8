using System.Security.Cryptography;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Packaging;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// From the disk tier to a handler's own folder. The package was judged when it was deployed, and is judged again: what a worker runs must not rest on
/// what another process says it has looked at.
/// </summary>
internal sealed class CodeStore(ArtifactCache disk)
{
    public async Task<Loading<PackageInspection.Valid>> UnpackAsync(HandlerSpec spec, string folder, CancellationToken cancellationToken)
    {
        var first = await UnpackOnceAsync(spec, folder, cancellationToken);

        // What went bad on this disk is worth another look at the store; what came wrong from there was told.
        if (first is not Loading<PackageInspection.Valid>.Failed { Problem.Code: ErrorCode.ArtifactCorrupt } || !disk.Contains(spec.Key.Code))
        {
            return first;
        }

        disk.Discard(spec.Key.Code);
        return await UnpackOnceAsync(spec, folder, cancellationToken);
    }

    private async Task<Loading<PackageInspection.Valid>> UnpackOnceAsync(HandlerSpec spec, string folder, CancellationToken cancellationToken)
    {
        switch (await disk.EnsureAsync(spec.Key.Code, spec.CodeBytes, cancellationToken))
        {
            case ArtifactFetch.Ready ready:
                using (ready.Lease)
                {
                    return await ExtractAsync(spec.Key.Code, ready, folder, cancellationToken);
                }

            case ArtifactFetch.NotFound:
                return Failed(ErrorCode.CodeInvalid, $"The artifact store has no package {spec.Key.Code}.");
            case ArtifactFetch.Corrupt corrupt:
                return Failed(ErrorCode.ArtifactCorrupt, corrupt.Reason);
            case ArtifactFetch.TooLarge tooLarge:
                return Failed(ErrorCode.NoCapacity, tooLarge.Reason);
            case ArtifactFetch.Unavailable unavailable:
                return Failed(ErrorCode.ControllerUnavailable, unavailable.Reason);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async Task<Loading<PackageInspection.Valid>> ExtractAsync(Digest code, ArtifactFetch.Ready file, string folder, CancellationToken cancellationToken)
    {
        await using var tar = new FileStream(file.Lease.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);

        // What has just come was counted while it came.
        if (file.FoundAt is not StorageTier.Remote)
        {
            if (Digest.FromHash(await SHA256.HashDataAsync(tar, cancellationToken)) != code)
            {
                return Failed(ErrorCode.ArtifactCorrupt, $"Package {code} on this worker's disk is corrupt.");
            }

            tar.Position = 0;
        }

        if (await PackageArchive.ExtractAsync(tar, folder, cancellationToken) is { } refused)
        {
            return new Loading<PackageInspection.Valid>.Failed(refused);
        }

        return PackageFolder.Inspect(folder) switch
        {
            PackageInspection.Valid valid => new Loading<PackageInspection.Valid>.Ready(valid),
            PackageInspection.Refused bad => new Loading<PackageInspection.Valid>.Failed(bad.Problem),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Loading<PackageInspection.Valid>.Failed Failed(ErrorCode code, string message) => new(new Problem(code, message));
}
