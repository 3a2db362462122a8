using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Embedded.WarmState;
using LoraFaaS.Storage.Postgres;
using LoraFaaS.Storage.Redis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Storage;

/// <summary>Puts stores behind the ports of the control plane, as <see cref="StorageOptions"/> says.</summary>
public static class StorageRegistration
{
    /// <summary>
    /// The stores open before any hosted service starts. A start that fails throws <see cref="StorageStartException"/> or an
    /// <see cref="OptionsValidationException"/> out of the host's start.
    /// </summary>
    public static IServiceCollection AddLoraFaaSStorage(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<StorageOptions, StorageOptionsValidator>().BindConfiguration(StorageOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(OpenEmbedded);
        services.AddSingleton(ConnectPostgres);
        services.AddSingleton<ICatalogueStore>(provider => UsesPostgres(provider) ? Postgres(provider).Catalogue : Embedded(provider).Catalogue);
        services.AddSingleton<IUsageStore>(provider => UsesPostgres(provider) ? Postgres(provider).Usage : Embedded(provider).Usage);
        services.AddSingleton<ISecretStore>(provider => UsesPostgres(provider) ? Postgres(provider).Secrets : Embedded(provider).Secrets);
        services.AddSingleton<IApiKeyStore>(provider => UsesPostgres(provider) ? Postgres(provider).Keys : Embedded(provider).Keys);
        services.AddSingleton<IAuditStore>(provider => UsesPostgres(provider) ? Postgres(provider).Audit : Embedded(provider).Audit);
        services.AddSingleton<IArtifactStore>(provider => UsesPostgres(provider) ? Postgres(provider).Artifacts : Embedded(provider).Artifacts);
        services.AddSingleton<ILeaderLease>(provider => UsesPostgres(provider) ? Postgres(provider).Lease : Embedded(provider).Lease);
        services.AddSingleton<IForecastStore>(provider => UsesPostgres(provider) ? Postgres(provider).Forecasts : Embedded(provider).Forecasts);
        services.AddSingleton<IPlanStore>(provider => UsesPostgres(provider) ? Postgres(provider).Plans : Embedded(provider).Plans);
        services.AddSingleton<IHoldingStore>(provider => UsesPostgres(provider) ? Postgres(provider).Holdings : Embedded(provider).Holdings);
        services.AddSingleton<IAsyncStore>(provider => UsesPostgres(provider) ? Postgres(provider).Async : Embedded(provider).Async);
        services.AddSingleton(OpenWarmState);
        services.AddHostedService<StorageStartup>();
        return services;
    }

    internal static StorageOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<StorageOptions>>().Value;

    internal static bool UsesPostgres(IServiceProvider provider) => !string.IsNullOrWhiteSpace(Options(provider).Postgres);

    private static EmbeddedStorage Embedded(IServiceProvider provider) => provider.GetRequiredService<EmbeddedStorage>();

    private static PostgresStorage Postgres(IServiceProvider provider) => provider.GetRequiredService<PostgresStorage>();

    private static PostgresStorage ConnectPostgres(IServiceProvider provider)
    {
        var options = Options(provider);

        return new PostgresStorage(
            options.Postgres!,
            options.PostgresPatience,
            options.PostgresStartPatience,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>());
    }

    private static IWarmStateStore OpenWarmState(IServiceProvider provider)
    {
        var options = Options(provider);
        var time = provider.GetRequiredService<TimeProvider>();

        return string.IsNullOrWhiteSpace(options.Redis)
            ? new InMemoryWarmStateStore(time)
            : new RedisWarmStateStore(RedisConnection.Open(options.Redis, options.RedisTimeout, time), new RedisKeys(options.RedisPrefix), time);
    }

    private static EmbeddedStorage OpenEmbedded(IServiceProvider provider)
    {
        var options = Options(provider);

        return EmbeddedStorage.Open(
            options.DataPath!,
            new JournalSettings { SnapshotAfterBytes = options.SnapshotAfterBytes },
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>());
    }
}
