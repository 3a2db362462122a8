using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>How asking for an artifact on this worker's disk ended.</summary>
internal abstract record ArtifactFetch
{
    private ArtifactFetch()
    {
    }

    /// <summary>On disk under the right digest, and kept there until the lease is disposed.</summary>
    /// <param name="Lease">Holds the file.</param>
    /// <param name="FoundAt">Where it was when asked for.</param>
    internal sealed record Ready(ArtifactLease Lease, StorageTier FoundAt) : ArtifactFetch;

    /// <summary>The store has no artifact of this digest.</summary>
    internal sealed record NotFound : ArtifactFetch;

    /// <summary>What came had another digest, twice.</summary>
    internal sealed record Corrupt(string Reason) : ArtifactFetch;

    /// <summary>It is larger than announced, or than the cache can hold beside what is in use.</summary>
    internal sealed record TooLarge(string Reason) : ArtifactFetch;

    /// <summary>The store cannot be reached, or broke off.</summary>
    internal sealed record Unavailable(string Reason) : ArtifactFetch;
}
