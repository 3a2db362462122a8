using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Offloading;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// The disk tier: artifacts by digest in <c>{folder}/{64 hex digits}</c>. A file has its name only after its digest was checked and its
/// bytes were flushed, so whatever a crash leaves in <c>{folder}/incoming</c> is rubbish and removed at start.
/// </summary>
internal sealed partial class ArtifactCache : IDisposable
{
    private readonly string _folder;
    private readonly string _incoming;
    private readonly ByteSize _limit;
    private readonly IArtifactRemote _remote;
    private readonly ArtifactWorth _worth;
    private readonly VerifiedArtifacts _verified;
    private readonly ResidencyChanges _changes;
    private readonly ILogger<ArtifactCache> _logger;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<Digest, ArtifactFetch?> _downloads;
    private readonly Lock _gate = new();
    private readonly LruBook<Digest> _book = new();
    private readonly HashSet<Digest> _packages = [];
    private long _attempt;

    public ArtifactCache(
        string folder, ByteSize limit, IArtifactRemote remote, ArtifactWorth worth, VerifiedArtifacts verified, ResidencyChanges changes, ILogger<ArtifactCache> logger)
    {
        _folder = folder;
        _incoming = Path.Combine(folder, "incoming");
        _limit = limit;
        _remote = remote;
        _worth = worth;
        _verified = verified;
        _changes = changes;
        _logger = logger;
        _downloads = new SingleFlight<Digest, ArtifactFetch?>(_lifetime.Token);
        Recover();
    }

    public ByteSize Used
    {
        get
        {
            lock (_gate)
            {
                return new ByteSize(_book.Bytes);
            }
        }
    }

    /// <summary>What is on disk, with its bytes, and whether it is an adapter or a package with code.</summary>
    public IReadOnlyList<(Digest Digest, ByteSize Size, ArtifactKind Kind)> Inventory
    {
        get
        {
            lock (_gate)
            {
                return [.. _book.Entries.Select(entry => (entry.Key, new ByteSize(entry.Bytes), _packages.Contains(entry.Key) ? ArtifactKind.Code : ArtifactKind.Adapter))];
            }
        }
    }

    public bool Contains(Digest digest)
    {
        lock (_gate)
        {
            return IsPresent(digest);
        }
    }

    /// <param name="digest">The content wanted.</param>
    /// <param name="maxBytes">What the revision says the artifact has; a store that sends more is not listened to. 0: unknown.</param>
    /// <param name="cancellationToken">Ends the waiting, not the download, which others may wait for.</param>
    /// <param name="urgency">A download that was only asked for ahead of need ends when nobody is left who asks.</param>
    public async Task<ArtifactFetch> EnsureAsync(Digest digest, long maxBytes, CancellationToken cancellationToken, Urgency urgency = Urgency.Live)
    {
        if (TryUse(digest) is { } lease)
        {
            return new ArtifactFetch.Ready(lease, StorageTier.Disk);
        }

        while (true)
        {
            var failure = await _downloads.RunAsync(digest, token => DownloadAsync(digest, maxBytes, token), cancellationToken, urgency);

            if (failure is not null)
            {
                return failure;
            }

            // Evicted again before we came to use it: only under heavy pressure, and then it is simply fetched again.
            if (TryUse(digest) is { } fetched)
            {
                return new ArtifactFetch.Ready(fetched, StorageTier.Remote);
            }
        }
    }

    /// <summary>For content found not to be what its digest says: the file goes, and the next call fetches it again.</summary>
    public void Discard(Digest digest)
    {
        LogCorrupt(digest);

        lock (_gate)
        {
            // Others that still read it keep their open file; the name goes now, so that nobody new comes to it.
            Delete(digest);
            _book.TryRemove(digest);
        }
    }

    /// <summary>Lets an artifact go unless somebody reads it.</summary>
    public void Drop(Digest digest)
    {
        lock (_gate)
        {
            if (_book.TryRemove(digest))
            {
                Delete(digest);
            }
        }
    }

    public void Dispose()
    {
        _lifetime.Cancel();
        _lifetime.Dispose();
    }

    private ArtifactLease? TryUse(Digest digest)
    {
        lock (_gate)
        {
            return IsPresent(digest) && _book.TryUse(digest) ? new ArtifactLease(PathOf(digest), () => EndUse(digest)) : null;
        }
    }

    private void EndUse(Digest digest)
    {
        lock (_gate)
        {
            _book.EndUse(digest);

            if (!File.Exists(PathOf(digest)))
            {
                _book.TryRemove(digest);
            }
        }
    }

    /// <summary>Null: it is there now.</summary>
    private async Task<ArtifactFetch?> DownloadAsync(Digest digest, long maxBytes, CancellationToken cancellationToken)
    {
        if (Contains(digest))
        {
            return null;
        }

        var limit = maxBytes > 0 ? Math.Min(maxBytes, _limit.Bytes) : _limit.Bytes;

        if (maxBytes > _limit.Bytes)
        {
            return new ArtifactFetch.TooLarge($"The artifact has {new ByteSize(maxBytes)}; the disk cache holds {_limit}.");
        }

        var first = await TryOnceAsync(digest, limit, cancellationToken);

        // A torn transfer happens; the same wrong bytes twice do not, unless the store itself is wrong.
        return first is ArtifactFetch.Corrupt ? await TryOnceAsync(digest, limit, cancellationToken) : first;
    }

    private async Task<ArtifactFetch?> TryOnceAsync(Digest digest, long limit, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_incoming, $"{digest.Hex}.{Interlocked.Increment(ref _attempt)}");

        try
        {
            ArtifactDownload outcome;

            using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                outcome = await _remote.DownloadAsync(digest, limit, file, cancellationToken);
            }

            switch (outcome)
            {
                case ArtifactDownload.Complete complete:
                    return Place(digest, path, complete.Bytes);
                case ArtifactDownload.NotFound:
                    return new ArtifactFetch.NotFound();
                case ArtifactDownload.WrongDigest wrong:
                    LogWrongDigest(digest, wrong.Actual);
                    return new ArtifactFetch.Corrupt($"Artifact {digest} arrived as {wrong.Actual}.");
                case ArtifactDownload.TooLarge tooLarge:
                    return new ArtifactFetch.TooLarge($"Artifact {digest} is larger than {new ByteSize(tooLarge.Limit)}.");
                case ArtifactDownload.Unavailable unavailable:
                    return new ArtifactFetch.Unavailable(unavailable.Reason);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        catch (IOException failure)
        {
            // A full or failing disk is the operator's to mend; the worker serves on with what it has.
            LogDiskFailure(failure, digest);
            return new ArtifactFetch.Unavailable($"The worker's disk cache failed: {failure.Message}");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private ArtifactFetch.TooLarge? Place(Digest digest, string path, long bytes)
    {
        lock (_gate)
        {
            while (_book.Bytes + bytes > _limit.Bytes)
            {
                if (!_book.TryEvict((entry, size) => _worth.DensityOf(entry, StorageTier.Disk, size), out var leaving))
                {
                    return new ArtifactFetch.TooLarge($"The disk cache ({_limit}) is full of artifacts in use.");
                }

                Delete(leaving);
                LogEvicted(leaving);
            }

            File.Move(path, PathOf(digest), overwrite: true);
            Sort(digest);

            if (FileStamp.Of(PathOf(digest)) is { } stamp)
            {
                _verified.NoteWritten(digest, stamp);
            }

            if (!_book.Contains(digest))
            {
                _book.Add(digest, bytes);
            }
        }

        LogFetched(digest, bytes);
        _changes.Ring();
        return null;
    }

    /// <summary>An entry without its file was discarded while others used it, or cleared away by somebody else: not there.</summary>
    private bool IsPresent(Digest digest) => _book.Contains(digest) && File.Exists(PathOf(digest));

    private void Recover()
    {
        Directory.CreateDirectory(_folder);

        if (Directory.Exists(_incoming))
        {
            Directory.Delete(_incoming, recursive: true);
        }

        Directory.CreateDirectory(_incoming);

        // Oldest first, so that the order of last use survives a restart as well as the file system keeps it.
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles().OrderBy(file => file.LastAccessTimeUtc))
        {
            if (Digest.TryParse($"sha256:{file.Name}", out var digest))
            {
                _book.Add(digest, file.Length);
                Sort(digest);
            }
        }

        _verified.ForgetOthers(_book.Contains);

        while (_book.Bytes > _limit.Bytes && _book.TryEvict(out var leaving))
        {
            Delete(leaving);
            LogEvicted(leaving);
        }
    }

    /// <summary>An adapter is a tar of one form, which begins with the name of its configuration; everything else that is stored is a package.</summary>
    private void Sort(Digest digest)
    {
        Span<byte> name = stackalloc byte[AdapterConfig.File.Length + 1];
        using var file = File.OpenHandle(PathOf(digest));
        var read = RandomAccess.Read(file, name, 0);
        var isAdapter = read == name.Length && name[^1] == 0 && System.Text.Encoding.ASCII.GetString(name[..^1]) == AdapterConfig.File;

        if (isAdapter ? _packages.Remove(digest) : _packages.Add(digest))
        {
            _changes.Ring();
        }
    }

    private void Delete(Digest digest)
    {
        File.Delete(PathOf(digest));
        _verified.Forget(digest);
    }

    private string PathOf(Digest digest) => Path.Combine(_folder, digest.Hex);
}
