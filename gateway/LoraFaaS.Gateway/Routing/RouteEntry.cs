using System.Collections.Frozen;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Gateway.Routing;

/// <summary>All the gateway must know of one function: the revision that serves, and where its adapter already is.</summary>
internal sealed record RouteEntry
{
    public required FunctionRevision Revision { get; init; }

    /// <summary>Workers with the adapter at host tier or nearer.</summary>
    public required FrozenDictionary<WorkerId, StorageTier> Placements { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The route of a bare backbone under its own name.</summary>
    public bool IsBackbone { get; init; }

    public FunctionId Function => Revision.Function;

    /// <summary>How OpenAI clients name it: without the namespace where that is the default.</summary>
    public string ModelId => Function.Namespace == NamespaceName.Default ? Function.Name.Value : Function.ToString();
}
