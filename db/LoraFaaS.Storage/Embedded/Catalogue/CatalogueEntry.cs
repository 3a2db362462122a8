using System.Text.Json.Serialization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Catalogue;

/// <summary>One change of the catalogue, as journalled. The names on the wire are for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(PutFunction), "put-function")]
[JsonDerivedType(typeof(DeleteFunction), "delete-function")]
[JsonDerivedType(typeof(PutBackbone), "put-backbone")]
[JsonDerivedType(typeof(DeleteBackbone), "delete-backbone")]
[JsonDerivedType(typeof(PutAdapter), "put-adapter")]
[JsonDerivedType(typeof(PutNamespace), "put-namespace")]
[JsonDerivedType(typeof(DeleteNamespace), "delete-namespace")]
[JsonDerivedType(typeof(SetVersion), "set-version")]
[JsonDerivedType(typeof(SetAdapterTag), "set-adapter-tag")]
[JsonDerivedType(typeof(SetAdapterContent), "set-adapter-content")]
internal abstract record CatalogueEntry
{
    private CatalogueEntry()
    {
    }

    public sealed record PutFunction(FunctionRecord Function) : CatalogueEntry;

    public sealed record DeleteFunction(FunctionId Id) : CatalogueEntry;

    public sealed record PutBackbone(BackboneRecord Backbone) : CatalogueEntry;

    public sealed record DeleteBackbone(BackboneName Name) : CatalogueEntry;

    public sealed record PutAdapter(AdapterRecord Adapter) : CatalogueEntry;

    public sealed record PutNamespace(NamespaceRecord Namespace) : CatalogueEntry;

    public sealed record DeleteNamespace(NamespaceName Name) : CatalogueEntry;

    /// <summary>Only in snapshots, last: sets the version that the entries before have miscounted.</summary>
    public sealed record SetVersion(long Version) : CatalogueEntry;

    /// <summary>Only in snapshots: one tag, without <c>latest</c> following it.</summary>
    public sealed record SetAdapterTag(AdapterRecord Adapter) : CatalogueEntry;

    /// <summary>Only in snapshots: content as found by its digest.</summary>
    public sealed record SetAdapterContent(AdapterRecord Adapter) : CatalogueEntry;
}
