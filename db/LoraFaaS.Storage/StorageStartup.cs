using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Postgres;

namespace LoraFaaS.Storage;

/// <summary>Opens the stores before anything else starts, so that what is wrong with them ends the start with its own message.</summary>
internal sealed class StorageStartup(IServiceProvider services) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (StorageRegistration.UsesPostgres(services))
        {
            await services.GetRequiredService<PostgresStorage>().PrepareAsync(cancellationToken);
        }

        _ = services.GetRequiredService<ICatalogueStore>();
        _ = services.GetRequiredService<IWarmStateStore>();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
