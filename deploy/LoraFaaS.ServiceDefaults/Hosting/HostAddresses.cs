namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>Tells services of a host where it listens. Background services start before the server does, so they await it.</summary>
public sealed class HostAddresses
{
    private readonly TaskCompletionSource<HostUrls> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<HostUrls> ListeningAsync(CancellationToken cancellationToken) => _listening.Task.WaitAsync(cancellationToken);

    /// <summary>Null until it listens.</summary>
    public HostUrls? Known { get; private set; }

    internal void Set(HostUrls urls)
    {
        Known = urls;
        _listening.TrySetResult(urls);
    }
}
