using System.Buffers;
using System.Security.Cryptography;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// From the disk tier to a packed, sealed segment. The file's digest is counted again on the way unless the file is known to be as it was when it was counted (<see cref="VerifiedArtifacts"/>);
/// corrupt content is fetched once more before anybody is told.
/// </summary>
internal sealed class AdapterLoader(
    ArtifactCache disk, VerifiedArtifacts verified, HostLedger ledger, IBackboneConfigs backbones, TierCosts costs, LoadThreads threads, LoadSpacing spacing, SegmentAtHand atHand, MemoryReserve reserve, IOptions<WorkerOptions> options, TimeProvider time)
    : IAdapterLoader
{
    /// <summary>Read and counted at once: small enough for the second-level cache, and a hundredth of the calls that a stream would make.</summary>
    private const int CountedBytes = 256 << 10;

    private readonly AdapterFiller _filler = new(threads, atHand);
    private readonly bool _verifiesAlways = options.Value.VerifyAdapters == "always";

    public async Task<Loading<LoadedAdapter>> LoadAsync(
        AdapterKey key, long maxBytes, DraftOffer? offer, Func<ByteSize, CancellationToken, Task<bool>> makeRoom, CancellationToken cancellationToken)
    {
        var first = await LoadOnceAsync(key, maxBytes, offer, makeRoom, cancellationToken);

        // What came wrong from the store twice is not in the cache, and was told; only what went bad on this disk is worth another look.
        if (first is not Loading<LoadedAdapter>.Failed { Problem.Code: ErrorCode.ArtifactCorrupt } || !disk.Contains(key.Adapter))
        {
            return first;
        }

        disk.Discard(key.Adapter);
        return await LoadOnceAsync(key, maxBytes, null, makeRoom, cancellationToken);
    }

    /// <summary>Whoever has taken a draft of it is told what it was before anybody else is.</summary>
    private async Task<Loading<LoadedAdapter>> LoadOnceAsync(
        AdapterKey key, long maxBytes, DraftOffer? offer, Func<ByteSize, CancellationToken, Task<bool>> makeRoom, CancellationToken cancellationToken)
    {
        var isVouched = false;

        try
        {
            var loading = await FetchAndReadAsync(key, maxBytes, offer, makeRoom, cancellationToken);
            isVouched = loading is Loading<LoadedAdapter>.Ready;
            return loading;
        }
        finally
        {
            offer?.End(isVouched);
        }
    }

    private async Task<Loading<LoadedAdapter>> FetchAndReadAsync(
        AdapterKey key, long maxBytes, DraftOffer? offer, Func<ByteSize, CancellationToken, Task<bool>> makeRoom, CancellationToken cancellationToken)
    {
        // Whoever waits for this load keeps it going, and it the download: nobody waits for the download itself.
        var begun = time.GetTimestamp();

        switch (await disk.EnsureAsync(key.Adapter, maxBytes, cancellationToken, Urgency.Ahead))
        {
            case ArtifactFetch.Ready ready:
                using (ready.Lease)
                {
                    var fetched = time.GetElapsedTime(begun);
                    await spacing.TurnAsync(cancellationToken);
                    return Observe(ready, fetched, time.GetTimestamp(), await ReadAsync(key, ready, offer, makeRoom, cancellationToken));
                }

            case ArtifactFetch.NotFound:
                return Failed(ErrorCode.AdapterNotFound, $"The artifact store has no adapter {key.Adapter}.");
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

    /// <summary>What each step took is what its next time is expected to take.</summary>
    private Loading<LoadedAdapter> Observe(ArtifactFetch.Ready file, TimeSpan fetched, long begun, Loading<LoadedAdapter> loading)
    {
        var took = time.GetElapsedTime(begun);
        spacing.Note(took);

        if (loading is Loading<LoadedAdapter>.Ready { Value.Packed.Segment.Length: var bytes })
        {
            costs.Observe(ClimbStep.DiskToHost, new ByteSize(bytes), took);

            if (file.FoundAt is StorageTier.Remote)
            {
                costs.Observe(ClimbStep.RemoteToDisk, new ByteSize(bytes), fetched);
            }
        }

        return loading;
    }

    private async Task<Loading<LoadedAdapter>> ReadAsync(
        AdapterKey key, ArtifactFetch.Ready file, DraftOffer? offer, Func<ByteSize, CancellationToken, Task<bool>> makeRoom, CancellationToken cancellationToken)
    {
        // What has just come was counted while it came.
        var stamp = file.FoundAt is StorageTier.Remote || _verifiesAlways ? null : FileStamp.Of(file.Lease.Path);
        var isKnown = file.FoundAt is StorageTier.Remote || (stamp is not null && verified.Holds(key.Adapter, stamp));

        // What is not known is counted while it is packed, and is nobody's before both are done. The disk is asked for all of it first, beside its opening: it is read while the first of it is packed.
        var counting = threads.RunAsync(
            () =>
            {
                Expect(file, reserve);
                return isKnown || IsIntact(file.Lease.Path, key.Adapter);
            },
            cancellationToken);
        var packing = OpenAsync(key, file, offer, makeRoom, cancellationToken);

        try
        {
            if (await counting)
            {
                // Without a stamp there is nothing to go by, or no need to. With one it is looked at first: what came of another file, a fault included, is nobody's concern.
                await ((Task)packing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

                if (stamp is null || await IsStillAsync(key, file, stamp, isKnown, cancellationToken))
                {
                    return await packing;
                }
            }
        }
        catch
        {
            await DiscardAsync(packing);
            throw;
        }

        await DiscardAsync(packing);
        return Failed(ErrorCode.ArtifactCorrupt, $"Adapter {key.Adapter} on this worker's disk is corrupt.");
    }

    private Task<bool> CountAsync(AdapterKey key, ArtifactFetch.Ready file, CancellationToken cancellationToken) =>
        threads.RunAsync(() => IsIntact(file.Lease.Path, key.Adapter), cancellationToken);

    /// <summary>The file is as it was when the load began. One that was counted is remembered so; one that went by its stamp and has another now is counted.</summary>
    private async Task<bool> IsStillAsync(AdapterKey key, ArtifactFetch.Ready file, FileStamp stamp, bool isKnown, CancellationToken cancellationToken)
    {
        if (FileStamp.Of(file.Lease.Path) != stamp)
        {
            return !isKnown || await CountAsync(key, file, cancellationToken);
        }

        if (!isKnown)
        {
            verified.Note(key.Adapter, stamp);
        }

        return true;
    }

    /// <summary>What was made of bytes that are not the adapter's, a fault included, is nobody's concern.</summary>
    private static Task DiscardAsync(Task<Loading<LoadedAdapter>> packing) => packing.ContinueWith(
        done =>
        {
            if (done.IsCompletedSuccessfully && done.Result is Loading<LoadedAdapter>.Ready ready)
            {
                ready.Value.Packed.Dispose();
            }
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private async Task<Loading<LoadedAdapter>> OpenAsync(
        AdapterKey key, ArtifactFetch.Ready file, DraftOffer? offer, Func<ByteSize, CancellationToken, Task<bool>> makeRoom, CancellationToken cancellationToken)
    {
        switch (AdapterArtifact.OpenArchive(file.Lease.Path))
        {
            case Reading<AdapterArtifact>.Accepted accepted:
                using (accepted.Value)
                {
                    return await PackAsync(key, accepted.Value, file.FoundAt, offer, makeRoom, cancellationToken);
                }

            case Reading<AdapterArtifact>.Refused refused:
                return Failed(ErrorCode.AdapterInvalid, refused.Why.Message, refused.Why.Field);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Loading<LoadedAdapter>> PackAsync(
        AdapterKey key, AdapterArtifact artifact, StorageTier foundAt, DraftOffer? offer, Func<ByteSize, CancellationToken, Task<bool>> makeRoom, CancellationToken cancellationToken)
    {
        if (backbones.Find(key.Backbone) is not { } backbone)
        {
            return Failed(ErrorCode.BackboneNotFound, $"This worker has no backbone {key.Backbone}.");
        }

        // Weights were checked for NaN when the adapter was pushed, and the digest says that they are the same.
        switch (AdapterValidator.ValidateShapes(artifact.Config, artifact.Tensors, backbone))
        {
            case AdapterValidation.Refused refused:
                return Failed(ErrorCode.AdapterInvalid, refused.Why.Message, refused.Why.Field);
            case AdapterValidation.Valid valid:
                var packing = new AdapterPacking(valid.Weights, artifact.Tensors, backbone);

                return await LeaseAsync(key, new ByteSize(packing.Bytes), makeRoom, cancellationToken) switch
                {
                    LeaseOutcome.Granted granted => await FillAsync(key, packing, granted.Lease, foundAt, offer, cancellationToken),
                    LeaseOutcome.Refused full => Failed(ErrorCode.NoCapacity, full.Reason),
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Loading<LoadedAdapter>> FillAsync(
        AdapterKey key, AdapterPacking packing, MemoryLease lease, StorageTier foundAt, DraftOffer? offer, CancellationToken cancellationToken)
    {
        try
        {
            var segment = await _filler.FillAsync($"adapter-{key.Adapter.Hex[..12]}", packing, foundAt, offer, cancellationToken);
            return new Loading<LoadedAdapter>.Ready(new LoadedAdapter(new PackedAdapter(segment, lease), foundAt));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private async Task<LeaseOutcome> LeaseAsync(AdapterKey key, ByteSize bytes, Func<ByteSize, CancellationToken, Task<bool>> makeRoom, CancellationToken cancellationToken)
    {
        while (true)
        {
            var outcome = ledger.TryLease($"adapter {key.Adapter.Hex[..12]}", bytes);

            if (outcome is LeaseOutcome.Granted || !await makeRoom(new ByteSize(Math.Max(1, bytes.Bytes - ledger.Free.Bytes)), cancellationToken))
            {
                return outcome;
            }
        }
    }

    /// <summary>The disk begins to read all of it; whoever opens it says what is wrong with it.</summary>
    private static void Expect(ArtifactFetch.Ready fetched, MemoryReserve reserve)
    {
        try
        {
            using var file = File.OpenHandle(fetched.Lease.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

            // What has just been written has its pages.
            FileCache.Expect(file, fetched.FoundAt is StorageTier.Remote ? null : reserve.LetGo, MemoryReserve.Piece);
        }
        catch (IOException)
        {
        }
    }

    private static bool IsIntact(string path, Digest expected)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent(CountedBytes);

        try
        {
            for (var position = 0L; RandomAccess.Read(file, piece.AsSpan(0, CountedBytes), position) is > 0 and var read; position += read)
            {
                hash.AppendData(piece, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return Digest.FromHash(hash.GetHashAndReset()) == expected;
    }

    private static Loading<LoadedAdapter> Failed(ErrorCode code, string message, string? field = null) =>
        new Loading<LoadedAdapter>.Failed(new Problem(code, message, field));
}
