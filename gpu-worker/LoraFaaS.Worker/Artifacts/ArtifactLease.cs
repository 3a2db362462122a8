namespace LoraFaaS.Worker.Artifacts;

/// <summary>A file of the disk cache that is not evicted until this is disposed.</summary>
internal sealed class ArtifactLease(string path, Action end) : IDisposable
{
    private Action? _end = end;

    public string Path { get; } = path;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
