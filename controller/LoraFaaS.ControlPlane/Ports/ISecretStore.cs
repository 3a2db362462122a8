using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Secrets by namespace and name, sealed by the caller. A write that has returned is durable; every member may throw <see cref="StoreUnavailableException"/>.</summary>
public interface ISecretStore
{
    Task<CatalogueWrite> CreateAsync(SecretRecord secret, CancellationToken cancellationToken);

    /// <summary>Replaces a secret if its stored generation is one less than the given record's; else <see cref="CatalogueWrite.Stale"/>.</summary>
    Task<CatalogueWrite> UpdateAsync(SecretRecord secret, CancellationToken cancellationToken);

    Task<CatalogueWrite> DeleteAsync(NamespaceName @namespace, SecretName name, CancellationToken cancellationToken);

    ValueTask<SecretRecord?> FindAsync(NamespaceName @namespace, SecretName name, CancellationToken cancellationToken);

    /// <summary>All of one namespace, or of all when null, ordered by namespace and name.</summary>
    ValueTask<IReadOnlyList<SecretRecord>> ListAsync(NamespaceName? @namespace, CancellationToken cancellationToken);
}
