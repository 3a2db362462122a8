using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage;

/// <summary>Opens the stores before anything else starts, so that what is wrong with them ends the start with its own message.</summary>
internal sealed class StorageStartup(IServiceProvider services) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = services.GetRequiredService<ICatalogueStore>();
        _ = services.GetRequiredService<IWarmStateStore>();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
