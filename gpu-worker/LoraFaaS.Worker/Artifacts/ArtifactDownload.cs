namespace LoraFaaS.Worker.Artifacts;

/// <summary>How one download into a temporary file ended.</summary>
internal abstract record ArtifactDownload
{
    private ArtifactDownload()
    {
    }

    internal sealed record Complete(long Bytes) : ArtifactDownload;

    internal sealed record NotFound : ArtifactDownload;

    internal sealed record WrongDigest(string Actual) : ArtifactDownload;

    internal sealed record TooLarge(long Limit) : ArtifactDownload;

    internal sealed record Unavailable(string Reason) : ArtifactDownload;
}
