using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Storage.Embedded.Secrets;

/// <summary>The secrets of a controller that stands alone: sealed in memory as they are in their journal.</summary>
internal sealed class EmbeddedSecretStore(DurableState<ImmutableDictionary<SecretId, SecretRecord>, SecretEntry> state) : ISecretStore, IAsyncDisposable
{
    public static EmbeddedSecretStore Open(string folder, JournalSettings settings, ILogger logger) =>
        new(DurableState<ImmutableDictionary<SecretId, SecretRecord>, SecretEntry>.Open(folder, new SecretSchema(), settings, logger));

    public Task<CatalogueWrite> CreateAsync(SecretRecord secret, CancellationToken cancellationToken) =>
        state.WriteAsync<CatalogueWrite>(
            current => current.ContainsKey(IdOf(secret)) ? (CatalogueWrite.Exists, null) : (CatalogueWrite.Done, new SecretEntry.PutSecret(secret)),
            cancellationToken);

    public Task<CatalogueWrite> UpdateAsync(SecretRecord secret, CancellationToken cancellationToken) =>
        state.WriteAsync<CatalogueWrite>(
            current => current.GetValueOrDefault(IdOf(secret)) switch
            {
                null => (CatalogueWrite.NotFound, null),
                var stored when stored.Generation != secret.Generation - 1 => (CatalogueWrite.Stale, null),
                _ => (CatalogueWrite.Done, new SecretEntry.PutSecret(secret)),
            },
            cancellationToken);

    public Task<CatalogueWrite> DeleteAsync(NamespaceName @namespace, SecretName name, CancellationToken cancellationToken) =>
        state.WriteAsync<CatalogueWrite>(
            current => current.ContainsKey(new SecretId(@namespace, name))
                ? (CatalogueWrite.Done, new SecretEntry.DeleteSecret(@namespace, name))
                : (CatalogueWrite.NotFound, null),
            cancellationToken);

    public ValueTask<SecretRecord?> FindAsync(NamespaceName @namespace, SecretName name, CancellationToken cancellationToken) =>
        ValueTask.FromResult(state.Current.GetValueOrDefault(new SecretId(@namespace, name)));

    public ValueTask<IReadOnlyList<SecretRecord>> ListAsync(NamespaceName? @namespace, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<SecretRecord>>(
        [
            .. state.Current.Values
                .Where(secret => @namespace is null || secret.Namespace == @namespace)
                .OrderBy(secret => secret.Namespace.Value, StringComparer.Ordinal)
                .ThenBy(secret => secret.Name.Value, StringComparer.Ordinal),
        ]);

    public ValueTask DisposeAsync() => state.DisposeAsync();

    private static SecretId IdOf(SecretRecord secret) => new(secret.Namespace, secret.Name);
}
