using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>API keys. A write that has returned is durable and has raised the version by one; every member may throw <see cref="StoreUnavailableException"/>.</summary>
public interface IApiKeyStore
{
    /// <summary>The number of writes so far; a reader that saw it knows whether anything changed since.</summary>
    ValueTask<long> GetVersionAsync(CancellationToken cancellationToken);

    Task<CatalogueWrite> CreateAsync(ApiKeyRecord key, CancellationToken cancellationToken);

    /// <summary>Replaces a key if its stored generation is one less than the given record's; else <see cref="CatalogueWrite.Stale"/>.</summary>
    Task<CatalogueWrite> UpdateAsync(ApiKeyRecord key, CancellationToken cancellationToken);

    Task<CatalogueWrite> DeleteAsync(ApiKeyId id, CancellationToken cancellationToken);

    ValueTask<ApiKeyRecord?> FindAsync(ApiKeyId id, CancellationToken cancellationToken);

    /// <summary>All, ordered by id.</summary>
    ValueTask<IReadOnlyList<ApiKeyRecord>> ListAsync(CancellationToken cancellationToken);
}
