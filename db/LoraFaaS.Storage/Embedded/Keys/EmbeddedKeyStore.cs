using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Storage.Embedded.Keys;

/// <summary>The API keys of a controller that stands alone.</summary>
internal sealed class EmbeddedKeyStore(DurableState<KeyState, KeyEntry> state) : IApiKeyStore, IAsyncDisposable
{
    public static EmbeddedKeyStore Open(string folder, JournalSettings settings, ILogger logger) =>
        new(DurableState<KeyState, KeyEntry>.Open(folder, new KeySchema(), settings, logger));

    public ValueTask<long> GetVersionAsync(CancellationToken cancellationToken) => ValueTask.FromResult(state.Current.Version);

    public Task<CatalogueWrite> CreateAsync(ApiKeyRecord key, CancellationToken cancellationToken) =>
        state.WriteAsync<CatalogueWrite>(
            current => current.Keys.ContainsKey(key.Id.Value) ? (CatalogueWrite.Exists, null) : (CatalogueWrite.Done, new KeyEntry.PutKey(key)),
            cancellationToken);

    public Task<CatalogueWrite> UpdateAsync(ApiKeyRecord key, CancellationToken cancellationToken) =>
        state.WriteAsync<CatalogueWrite>(
            current => current.Keys.GetValueOrDefault(key.Id.Value) switch
            {
                null => (CatalogueWrite.NotFound, null),
                var stored when stored.Generation != key.Generation - 1 => (CatalogueWrite.Stale, null),
                _ => (CatalogueWrite.Done, new KeyEntry.PutKey(key)),
            },
            cancellationToken);

    public Task<CatalogueWrite> DeleteAsync(ApiKeyId id, CancellationToken cancellationToken) =>
        state.WriteAsync<CatalogueWrite>(
            current => current.Keys.ContainsKey(id.Value) ? (CatalogueWrite.Done, new KeyEntry.DeleteKey(id)) : (CatalogueWrite.NotFound, null),
            cancellationToken);

    public ValueTask<ApiKeyRecord?> FindAsync(ApiKeyId id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(state.Current.Keys.GetValueOrDefault(id.Value));

    public ValueTask<IReadOnlyList<ApiKeyRecord>> ListAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ApiKeyRecord>>([.. state.Current.Keys.Values]);

    public ValueTask DisposeAsync() => state.DisposeAsync();
}
