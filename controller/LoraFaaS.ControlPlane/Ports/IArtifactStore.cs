using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Immutable content by digest: adapters and function packages. What <see cref="PutAsync"/> returned is durable.</summary>
public interface IArtifactStore
{
    /// <summary>Streams content in and names it by its digest. Storing the same content twice is one artifact.</summary>
    /// <exception cref="ArtifactTooLargeException">More than <paramref name="maxBytes"/> arrived; nothing is kept.</exception>
    Task<StoredArtifact> PutAsync(Stream content, long maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// A forward-only stream at the content's start with its length, or null. The caller disposes it. The digest is checked on the way:
    /// a read may throw <see cref="ArtifactCorruptException"/>, so a reader that saw the end without it has the right bytes.
    /// </summary>
    Task<ArtifactContent?> OpenAsync(Digest digest, CancellationToken cancellationToken);

    Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>Says that it is about to be referred to: it counts as new from now on. False: there is no such content. Storing it again does the same.</summary>
    Task<bool> TouchAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>Content that was neither stored nor touched since an instant.</summary>
    Task<IReadOnlyList<Digest>> ListUntouchedAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Deletes content unless it was stored or touched since an instant: false.</summary>
    Task<bool> DeleteUntouchedAsync(Digest digest, DateTimeOffset since, CancellationToken cancellationToken);
}
