using System.Buffers;
using System.Security.Cryptography;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Files;

namespace LoraFaaS.Storage.Embedded.Artifacts;

/// <summary>A folder of files named by the 64 digits of their digest. Uploads grow under <c>incoming</c> and appear under their name when durable.</summary>
internal sealed class EmbeddedArtifactStore : IArtifactStore
{
    private const int BufferBytes = 256 << 10;

    private readonly string _folder;
    private readonly string _incoming;

    /// <summary>Between looking at a file's time and deleting it nobody may say that he needs it.</summary>
    private readonly Lock _touching = new();

    private EmbeddedArtifactStore(string folder)
    {
        _folder = folder;
        _incoming = Path.Combine(folder, "incoming");
    }

    /// <exception cref="StorageStartException">The folder cannot be used.</exception>
    public static EmbeddedArtifactStore Open(string folder)
    {
        var store = new EmbeddedArtifactStore(folder);

        try
        {
            // What a crash left half-uploaded was never acknowledged.
            if (Directory.Exists(store._incoming))
            {
                Directory.Delete(store._incoming, recursive: true);
            }

            Directory.CreateDirectory(store._incoming);
            return store;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException($"The artifact folder {folder} cannot be used: {exception.Message}", exception);
        }
    }

    public async Task<StoredArtifact> PutAsync(Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));

        try
        {
            var stored = await ReceiveAsync(content, temporary, maxBytes, cancellationToken);

            // Also over a file that is there: same bytes, and a damaged one is mended by pushing again.
            lock (_touching)
            {
                Durably(() => DurableFiles.Publish(temporary, PathOf(stored.Digest)));
            }

            return stored;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public Task<ArtifactContent?> OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(PathOf(digest), new FileStreamOptions
            {
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0,
            });

            return Task.FromResult<ArtifactContent?>(new ArtifactContent(new DigestCheckedStream(file, digest, file.Length), file.Length));
        }
        catch (FileNotFoundException)
        {
            return Task.FromResult<ArtifactContent?>(null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The artifact {digest} cannot be read: {exception.Message}", exception);
        }
    }

    public Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);

        if (!File.Exists(path))
        {
            return Task.FromResult(false);
        }

        Durably(() =>
        {
            File.Delete(path);
            DurableFiles.FlushFolder(_folder);
        });

        return Task.FromResult(true);
    }

    public Task<bool> TouchAsync(Digest digest, CancellationToken cancellationToken)
    {
        lock (_touching)
        {
            if (!File.Exists(PathOf(digest)))
            {
                return Task.FromResult(false);
            }

            Durably(() => File.SetLastWriteTimeUtc(PathOf(digest), TimeProvider.System.GetUtcNow().UtcDateTime));
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<Digest>> ListUntouchedAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Digest>>(
        [
            .. Durably(() => new DirectoryInfo(_folder).GetFiles())
                .Where(file => file.LastWriteTimeUtc < since.UtcDateTime)
                .Select(file => Digest.TryParse($"sha256:{file.Name}", out var digest) ? digest : (Digest?)null)
                .OfType<Digest>(),
        ]);

    public async Task<bool> DeleteUntouchedAsync(Digest digest, DateTimeOffset since, CancellationToken cancellationToken)
    {
        lock (_touching)
        {
            if (!File.Exists(PathOf(digest)) || File.GetLastWriteTimeUtc(PathOf(digest)) >= since.UtcDateTime)
            {
                return false;
            }

            Durably(() => File.Delete(PathOf(digest)));
        }

        await Task.Run(() => Durably(() => DurableFiles.FlushFolder(_folder)), cancellationToken);
        return true;
    }

    private static async Task<StoredArtifact> ReceiveAsync(Stream content, string path, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);

        try
        {
            using var file = Durably(() => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write));
            var bytes = 0L;

            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var got)
            {
                if (bytes + got > maxBytes)
                {
                    throw new ArtifactTooLargeException(maxBytes);
                }

                hash.AppendData(buffer, 0, got);
                var at = bytes;
                Durably(() => RandomAccess.Write(file, buffer.AsSpan(0, got), at));
                bytes += got;
            }

            Durably(() => RandomAccess.FlushToDisk(file));
            return new StoredArtifact(Digest.FromHash(hash.GetHashAndReset()), bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string PathOf(Digest digest) => Path.Combine(_folder, digest.Hex);

    /// <summary>A failure of our disk, told apart from one of the caller's stream.</summary>
    private static T Durably<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The artifact could not be written: {exception.Message}", exception);
        }
    }

    private static void Durably(Action step) =>
        Durably(() =>
        {
            step();
            return true;
        });
}
