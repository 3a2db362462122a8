using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Embedded.Catalogue;

/// <summary>How entries make a catalogue.</summary>
internal sealed class CatalogueSchema : IStateSchema<CatalogueState, CatalogueEntry>
{
    public string Name => "catalogue";

    public CatalogueState Empty => CatalogueState.Empty;

    public JsonTypeInfo<CatalogueEntry> EntryType => StorageJson.Default.CatalogueEntry;

    public CatalogueState Apply(CatalogueState state, CatalogueEntry entry)
    {
        var next = state with { Version = state.Version + 1 };

        return entry switch
        {
            CatalogueEntry.PutFunction put => next with { Functions = next.Functions.SetItem(put.Function.Id, put.Function) },
            CatalogueEntry.DeleteFunction delete => next with { Functions = next.Functions.Remove(delete.Id) },
            CatalogueEntry.PutBackbone put => next with { Backbones = next.Backbones.SetItem(put.Backbone.Name.Value, put.Backbone) },
            CatalogueEntry.DeleteBackbone delete => next with { Backbones = next.Backbones.Remove(delete.Name.Value) },
            CatalogueEntry.PutAdapter put => WithTag(WithTag(WithContent(next, put.Adapter), put.Adapter), put.Adapter with { Tag = AdapterReference.LatestTag }),
            CatalogueEntry.PutNamespace put => next with { Namespaces = next.Namespaces.SetItem(put.Namespace.Name.Value, put.Namespace) },
            CatalogueEntry.DeleteNamespace delete => next with { Namespaces = next.Namespaces.Remove(delete.Name.Value) },
            CatalogueEntry.SetVersion set => next with { Version = set.Version },
            CatalogueEntry.SetAdapterTag set => WithTag(next, set.Adapter),
            CatalogueEntry.SetAdapterContent set => WithContent(next, set.Adapter),
            _ => throw new UnreachableException(),
        };
    }

    public IEnumerable<CatalogueEntry> Describe(CatalogueState state) =>
    [
        .. state.Namespaces.Values.Select(CatalogueEntry (record) => new CatalogueEntry.PutNamespace(record)),
        .. state.Backbones.Values.Select(CatalogueEntry (record) => new CatalogueEntry.PutBackbone(record)),
        .. state.Contents.Values.Select(CatalogueEntry (record) => new CatalogueEntry.SetAdapterContent(record)),
        .. state.Tags.Values.Select(CatalogueEntry (record) => new CatalogueEntry.SetAdapterTag(record)),
        .. state.Functions.Values.Select(CatalogueEntry (record) => new CatalogueEntry.PutFunction(record)),
        new CatalogueEntry.SetVersion(state.Version),
    ];

    private static CatalogueState WithTag(CatalogueState state, AdapterRecord record) =>
        state with { Tags = state.Tags.SetItem(new AdapterTag(record.Backbone, record.Name, record.Tag), record) };

    private static CatalogueState WithContent(CatalogueState state, AdapterRecord record) =>
        state with { Contents = state.Contents.SetItem(new AdapterContent(record.Backbone, record.Name, record.Digest), record) };
}
