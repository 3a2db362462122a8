using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Embedded.WarmState;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Storage;

/// <summary>Puts stores behind the ports of the control plane, as <see cref="StorageOptions"/> says.</summary>
public static class StorageRegistration
{
    /// <summary>
    /// Call before other hosted services are added: the stores open first. A start that fails throws <see cref="StorageStartException"/>
    /// or an <see cref="OptionsValidationException"/> out of the host's start.
    /// </summary>
    public static IServiceCollection AddLoraFaaSStorage(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<StorageOptions, StorageOptionsValidator>().BindConfiguration(StorageOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(OpenEmbedded);
        services.AddSingleton<ICatalogueStore>(provider => provider.GetRequiredService<EmbeddedStorage>().Catalogue);
        services.AddSingleton<IUsageStore>(provider => provider.GetRequiredService<EmbeddedStorage>().Usage);
        services.AddSingleton<IArtifactStore>(provider => provider.GetRequiredService<EmbeddedStorage>().Artifacts);
        services.AddSingleton<ILeaderLease>(provider => provider.GetRequiredService<EmbeddedStorage>().Lease);
        services.AddSingleton<IWarmStateStore>(provider => new InMemoryWarmStateStore(provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<StorageStartup>();
        return services;
    }

    private static EmbeddedStorage OpenEmbedded(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;

        return EmbeddedStorage.Open(
            options.DataPath!,
            new JournalSettings { SnapshotAfterBytes = options.SnapshotAfterBytes },
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>());
    }
}
