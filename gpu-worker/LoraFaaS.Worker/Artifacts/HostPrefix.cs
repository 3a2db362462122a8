using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>A prefix at host tier that does not leave until this is disposed.</summary>
internal sealed class HostPrefix(PrefixImage about, SealedMemory image, Action end) : IDisposable
{
    private Action? _end = end;

    public PrefixImage About { get; } = about;

    public SealedMemory Image { get; } = image;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
