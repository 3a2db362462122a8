namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>A fresh set of stores, with a way to let time pass for leases and calls.</summary>
public sealed class DurableStores(
    ICatalogueStore catalogue,
    IUsageStore usage,
    IArtifactStore artifacts,
    ILeaderLease lease,
    ISecretStore secrets,
    IApiKeyStore keys,
    IAuditStore audit,
    IAsyncStore async,
    IForecastStore forecasts,
    IPlanStore plans,
    IHoldingStore holdings,
    Func<TimeSpan, Task> elapseAsync,
    Func<Digest, Task> damageAsync,
    Func<Digest, Task> forgetTouchAsync,
    Func<ValueTask> disposeAsync) : IAsyncDisposable
{
    public ICatalogueStore Catalogue => catalogue;

    public IUsageStore Usage => usage;

    public IArtifactStore Artifacts => artifacts;

    public ILeaderLease Lease => lease;

    public ISecretStore Secrets => secrets;

    public IApiKeyStore Keys => keys;

    public IAuditStore Audit => audit;

    public IAsyncStore Async => async;

    public IForecastStore Forecasts => forecasts;

    public IPlanStore Plans => plans;

    public IHoldingStore Holdings => holdings;

    public Task ElapseAsync(TimeSpan time) => elapseAsync(time);

    /// <summary>Changes one byte of a stored artifact behind the store's back.</summary>
    public Task DamageAsync(Digest digest) => damageAsync(digest);

    /// <summary>As if an artifact had been stored a day ago.</summary>
    public Task ForgetTouchAsync(Digest digest) => forgetTouchAsync(digest);

    public ValueTask DisposeAsync() => disposeAsync();
}
