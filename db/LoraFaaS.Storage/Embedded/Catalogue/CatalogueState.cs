using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Catalogue;

/// <summary>The whole catalogue, frozen.</summary>
internal sealed record CatalogueState
{
    public static readonly CatalogueState Empty = new();

    public long Version { get; init; }

    public ImmutableSortedDictionary<FunctionId, FunctionRecord> Functions { get; init; } =
        ImmutableSortedDictionary.Create<FunctionId, FunctionRecord>(FunctionOrder.Instance);

    /// <summary>By name.</summary>
    public ImmutableSortedDictionary<string, BackboneRecord> Backbones { get; init; } =
        ImmutableSortedDictionary.Create<string, BackboneRecord>(StringComparer.Ordinal);

    public ImmutableDictionary<AdapterTag, AdapterRecord> Tags { get; init; } = ImmutableDictionary<AdapterTag, AdapterRecord>.Empty;

    public ImmutableDictionary<AdapterContent, AdapterRecord> Contents { get; init; } = ImmutableDictionary<AdapterContent, AdapterRecord>.Empty;

    /// <summary>By name; the default one is here only when somebody has labelled it.</summary>
    public ImmutableSortedDictionary<string, NamespaceRecord> Namespaces { get; init; } =
        ImmutableSortedDictionary.Create<string, NamespaceRecord>(StringComparer.Ordinal);
}
