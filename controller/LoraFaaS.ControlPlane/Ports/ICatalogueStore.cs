using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// Functions with their revisions, backbones, adapters and namespaces: what must survive everything.
/// A write that has returned is durable. Every write that is done raises the version by one; a refused one does not.
/// Every member may throw <see cref="StoreUnavailableException"/>.
/// </summary>
public interface ICatalogueStore
{
    /// <summary>The number of writes so far; a reader that saw it knows whether anything changed since.</summary>
    ValueTask<long> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>Stores a new function. <see cref="CatalogueWrite.Exists"/> when there is one of this id.</summary>
    Task<CatalogueWrite> CreateFunctionAsync(FunctionRecord function, CancellationToken cancellationToken);

    /// <summary>Replaces a function if its stored generation is one less than the given record's; else <see cref="CatalogueWrite.Stale"/>.</summary>
    Task<CatalogueWrite> UpdateFunctionAsync(FunctionRecord function, CancellationToken cancellationToken);

    Task<CatalogueWrite> DeleteFunctionAsync(FunctionId id, CancellationToken cancellationToken);

    ValueTask<FunctionRecord?> FindFunctionAsync(FunctionId id, CancellationToken cancellationToken);

    /// <summary>All functions of one namespace, or of all when null, ordered by namespace and name.</summary>
    ValueTask<IReadOnlyList<FunctionRecord>> ListFunctionsAsync(NamespaceName? @namespace, CancellationToken cancellationToken);

    /// <summary>Registers or replaces a backbone under its name.</summary>
    Task PutBackboneAsync(BackboneRecord backbone, CancellationToken cancellationToken);

    /// <summary>
    /// <see cref="CatalogueWrite.InUse"/> while any revision that a function keeps names it: to go back to it must remain possible. Looks and deletes as one: a function is stored
    /// before that, and keeps it, or after that, and whoever stores it finds no backbone when it looks again.
    /// </summary>
    Task<CatalogueWrite> DeleteBackboneAsync(BackboneName name, CancellationToken cancellationToken);

    ValueTask<BackboneRecord?> FindBackboneAsync(BackboneName name, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<BackboneRecord>> ListBackbonesAsync(CancellationToken cancellationToken);

    /// <summary>Points a tag (and always <c>latest</c>) at pushed content. Content that a tag has left is still found by its digest.</summary>
    Task PutAdapterAsync(AdapterRecord adapter, CancellationToken cancellationToken);

    ValueTask<AdapterRecord?> FindAdapterAsync(AdapterReference reference, CancellationToken cancellationToken);

    /// <summary>Every tag, <c>latest</c> included, with what it points at; the newest push first.</summary>
    ValueTask<IReadOnlyList<AdapterRecord>> ListAdaptersAsync(CancellationToken cancellationToken);

    /// <summary>Digests of all adapters that were ever pushed: what a tag has left can still be pinned.</summary>
    ValueTask<IReadOnlyList<Digest>> ListAdapterContentsAsync(CancellationToken cancellationToken);

    Task<CatalogueWrite> CreateNamespaceAsync(NamespaceRecord record, CancellationToken cancellationToken);

    Task<CatalogueWrite> UpdateNamespaceAsync(NamespaceRecord record, CancellationToken cancellationToken);

    /// <summary>Functions in it are the caller's concern. <see cref="NamespaceName.Default"/> is never deleted: <see cref="CatalogueWrite.NotFound"/>.</summary>
    Task<CatalogueWrite> DeleteNamespaceAsync(NamespaceName name, CancellationToken cancellationToken);

    /// <summary>Ordered by name; always contains <see cref="NamespaceName.Default"/>.</summary>
    ValueTask<IReadOnlyList<NamespaceRecord>> ListNamespacesAsync(CancellationToken cancellationToken);
}
