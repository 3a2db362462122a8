using LoraFaaS.Storage.Embedded.Artifacts;
using LoraFaaS.Storage.Embedded.Audit;
using LoraFaaS.Storage.Embedded.Async;
using LoraFaaS.Storage.Embedded.Catalogue;
using LoraFaaS.Storage.Embedded.Files;
using LoraFaaS.Storage.Embedded.Forecasts;
using LoraFaaS.Storage.Embedded.Holdings;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Embedded.Keys;
using LoraFaaS.Storage.Embedded.Lease;
using LoraFaaS.Storage.Embedded.Plans;
using LoraFaaS.Storage.Embedded.Secrets;
using LoraFaaS.Storage.Embedded.Usage;

namespace LoraFaaS.Storage.Embedded;

/// <summary>Everything durable of a controller that stands alone, under one locked folder: catalogue/, usage/, secrets/, keys/, audit/, async/, forecasts/, artifacts/, plans/, holdings/, lease.</summary>
internal sealed class EmbeddedStorage : IAsyncDisposable
{
    private readonly DataFolder _folder;

    private EmbeddedStorage(DataFolder folder, JournalSettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        _folder = folder;
        Lease = SingleLeaderLease.Open(Path.Combine(folder.Path, "lease"), time);
        Plans = EmbeddedPlanStore.Open(folder.Below("plans"));
        Holdings = EmbeddedHoldingStore.Open(folder.Below("holdings"));
        Artifacts = EmbeddedArtifactStore.Open(folder.Below("artifacts"));
        Forecasts = EmbeddedForecastStore.Open(folder.Below("forecasts"));
        Catalogue = EmbeddedCatalogueStore.Open(folder.Below("catalogue"), settings, loggers.CreateLogger<EmbeddedCatalogueStore>());
        Usage = EmbeddedUsageStore.Open(folder.Below("usage"), settings, loggers.CreateLogger<EmbeddedUsageStore>());
        Secrets = EmbeddedSecretStore.Open(folder.Below("secrets"), settings, loggers.CreateLogger<EmbeddedSecretStore>());
        Keys = EmbeddedKeyStore.Open(folder.Below("keys"), settings, loggers.CreateLogger<EmbeddedKeyStore>());
        Audit = EmbeddedAuditStore.Open(folder.Below("audit"), settings, loggers.CreateLogger<EmbeddedAuditStore>());
        Async = EmbeddedAsyncStore.Open(folder.Below("async"), settings, time, loggers.CreateLogger<EmbeddedAsyncStore>());
    }

    public EmbeddedCatalogueStore Catalogue { get; }

    public EmbeddedUsageStore Usage { get; }

    public EmbeddedSecretStore Secrets { get; }

    public EmbeddedKeyStore Keys { get; }

    public EmbeddedAuditStore Audit { get; }

    public EmbeddedAsyncStore Async { get; }

    public EmbeddedArtifactStore Artifacts { get; }

    public EmbeddedForecastStore Forecasts { get; }

    public EmbeddedPlanStore Plans { get; }

    public EmbeddedHoldingStore Holdings { get; }

    public SingleLeaderLease Lease { get; }

    /// <exception cref="StorageStartException">In use, not usable, or damaged.</exception>
    public static EmbeddedStorage Open(string path, JournalSettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        var folder = DataFolder.Open(path);

        try
        {
            return new EmbeddedStorage(folder, settings, time, loggers);
        }
        catch (StorageStartException)
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Catalogue.DisposeAsync();
        await Usage.DisposeAsync();
        await Secrets.DisposeAsync();
        await Keys.DisposeAsync();
        await Audit.DisposeAsync();
        await Async.DisposeAsync();
        _folder.Dispose();
    }
}
