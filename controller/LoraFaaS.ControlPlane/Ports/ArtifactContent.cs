namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Content being read, and how long it is.</summary>
public sealed class ArtifactContent(Stream stream, long bytes) : IAsyncDisposable
{
    public Stream Stream { get; } = stream;

    public long Bytes { get; } = bytes;

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
