using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;

namespace LoraFaaS.Storage.Embedded.Catalogue;

/// <summary>The catalogue of a controller that stands alone: in memory, journalled to its data folder.</summary>
internal sealed class EmbeddedCatalogueStore(DurableState<CatalogueState, CatalogueEntry> state) : ICatalogueStore, IAsyncDisposable
{
    private static readonly NamespaceRecord DefaultNamespace =
        new(NamespaceName.Default, new Dictionary<string, string>(), new Dictionary<string, string>());

    public static EmbeddedCatalogueStore Open(string folder, JournalSettings settings, ILogger logger) =>
        new(DurableState<CatalogueState, CatalogueEntry>.Open(folder, new CatalogueSchema(), settings, logger));

    public ValueTask<long> GetVersionAsync(CancellationToken cancellationToken) => ValueTask.FromResult(state.Current.Version);

    public Task<CatalogueWrite> CreateFunctionAsync(FunctionRecord function, CancellationToken cancellationToken) =>
        WriteAsync(
            current => current.Functions.ContainsKey(function.Id)
                ? Refuse(CatalogueWrite.Exists)
                : Do(new CatalogueEntry.PutFunction(function)),
            cancellationToken);

    public Task<CatalogueWrite> UpdateFunctionAsync(FunctionRecord function, CancellationToken cancellationToken) =>
        WriteAsync(
            current => current.Functions.GetValueOrDefault(function.Id) switch
            {
                null => Refuse(CatalogueWrite.NotFound),
                var stored when stored.Generation != function.Generation - 1 => Refuse(CatalogueWrite.Stale),
                _ => Do(new CatalogueEntry.PutFunction(function)),
            },
            cancellationToken);

    public Task<CatalogueWrite> DeleteFunctionAsync(FunctionId id, CancellationToken cancellationToken) =>
        WriteAsync(
            current => current.Functions.ContainsKey(id) ? Do(new CatalogueEntry.DeleteFunction(id)) : Refuse(CatalogueWrite.NotFound),
            cancellationToken);

    public ValueTask<FunctionRecord?> FindFunctionAsync(FunctionId id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(state.Current.Functions.GetValueOrDefault(id));

    public ValueTask<IReadOnlyList<FunctionRecord>> ListFunctionsAsync(NamespaceName? @namespace, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<FunctionRecord>>(
            [.. state.Current.Functions.Values.Where(function => @namespace is null || function.Id.Namespace == @namespace)]);

    public Task PutBackboneAsync(BackboneRecord backbone, CancellationToken cancellationToken) =>
        WriteAsync(_ => Do(new CatalogueEntry.PutBackbone(backbone)), cancellationToken);

    public Task<CatalogueWrite> DeleteBackboneAsync(BackboneName name, CancellationToken cancellationToken) =>
        WriteAsync(
            current => !current.Backbones.ContainsKey(name.Value) ? Refuse(CatalogueWrite.NotFound)
                : current.Functions.Values.Any(function => function.Revisions.Any(revision => revision.Backbone == name)) ? Refuse(CatalogueWrite.InUse)
                : Do(new CatalogueEntry.DeleteBackbone(name)),
            cancellationToken);

    public ValueTask<BackboneRecord?> FindBackboneAsync(BackboneName name, CancellationToken cancellationToken) =>
        ValueTask.FromResult(state.Current.Backbones.GetValueOrDefault(name.Value));

    public ValueTask<IReadOnlyList<BackboneRecord>> ListBackbonesAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<BackboneRecord>>([.. state.Current.Backbones.Values]);

    public Task PutAdapterAsync(AdapterRecord adapter, CancellationToken cancellationToken) =>
        WriteAsync(_ => Do(new CatalogueEntry.PutAdapter(adapter)), cancellationToken);

    public ValueTask<AdapterRecord?> FindAdapterAsync(AdapterReference reference, CancellationToken cancellationToken)
    {
        var current = state.Current;

        return ValueTask.FromResult(reference.Pinned is { } digest
            ? current.Contents.GetValueOrDefault(new AdapterContent(reference.Backbone, reference.Adapter, digest))
            : current.Tags.GetValueOrDefault(new AdapterTag(reference.Backbone, reference.Adapter, reference.Tag)));
    }

    public ValueTask<IReadOnlyList<AdapterRecord>> ListAdaptersAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<AdapterRecord>>(
        [
            .. state.Current.Tags.Values
                .OrderByDescending(record => record.PushedAt)
                .ThenBy(record => record.Backbone.Value, StringComparer.Ordinal)
                .ThenBy(record => record.Name.Value, StringComparer.Ordinal)
                .ThenBy(record => record.Tag, StringComparer.Ordinal),
        ]);

    public ValueTask<IReadOnlyList<Digest>> ListAdapterContentsAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Digest>>([.. state.Current.Contents.Values.Select(record => record.Digest).Distinct()]);

    public Task<CatalogueWrite> CreateNamespaceAsync(NamespaceRecord record, CancellationToken cancellationToken) =>
        WriteAsync(
            current => Has(current, record.Name) ? Refuse(CatalogueWrite.Exists) : Do(new CatalogueEntry.PutNamespace(record)),
            cancellationToken);

    public Task<CatalogueWrite> UpdateNamespaceAsync(NamespaceRecord record, CancellationToken cancellationToken) =>
        WriteAsync(
            current => Has(current, record.Name) ? Do(new CatalogueEntry.PutNamespace(record)) : Refuse(CatalogueWrite.NotFound),
            cancellationToken);

    public Task<CatalogueWrite> DeleteNamespaceAsync(NamespaceName name, CancellationToken cancellationToken) =>
        WriteAsync(
            current => name != NamespaceName.Default && Has(current, name)
                ? Do(new CatalogueEntry.DeleteNamespace(name))
                : Refuse(CatalogueWrite.NotFound),
            cancellationToken);

    public ValueTask<IReadOnlyList<NamespaceRecord>> ListNamespacesAsync(CancellationToken cancellationToken)
    {
        var stored = state.Current.Namespaces;
        var all = stored.ContainsKey(DefaultNamespace.Name.Value) ? stored : stored.Add(DefaultNamespace.Name.Value, DefaultNamespace);

        return ValueTask.FromResult<IReadOnlyList<NamespaceRecord>>([.. all.Values]);
    }

    public ValueTask DisposeAsync() => state.DisposeAsync();

    private Task<CatalogueWrite> WriteAsync(
        Func<CatalogueState, (CatalogueWrite Result, CatalogueEntry? Entry)> decide, CancellationToken cancellationToken) =>
        state.WriteAsync(decide, cancellationToken);

    private static bool Has(CatalogueState current, NamespaceName name) =>
        name == NamespaceName.Default || current.Namespaces.ContainsKey(name.Value);

    private static (CatalogueWrite Result, CatalogueEntry? Entry) Do(CatalogueEntry entry) => (CatalogueWrite.Done, entry);

    private static (CatalogueWrite Result, CatalogueEntry? Entry) Refuse(CatalogueWrite reason) => (reason, null);
}
