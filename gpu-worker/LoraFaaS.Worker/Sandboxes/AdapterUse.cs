using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>An adapter in a sandbox's pages that is not unloaded until this is disposed.</summary>
internal sealed class AdapterUse(StorageTier foundAt, Action end) : IDisposable
{
    private Action? _end = end;

    /// <summary>Where it was when asked for.</summary>
    public StorageTier FoundAt { get; } = foundAt;

    /// <summary>Completes when it is in the sandbox's pages, or will not be; most often it is. Never fails.</summary>
    public Task Arrived { get; init; } = Task.CompletedTask;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
