using System.Collections.Frozen;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Routing;

/// <summary>All the gateway must know of one function: the revision that serves most of its calls, and where its adapter already is.</summary>
internal sealed record RouteEntry
{
    public required FunctionRevision Revision { get; init; }

    /// <summary>Workers with the adapter at host tier or nearer.</summary>
    public required FrozenDictionary<WorkerId, StorageTier> Placements { get; init; }

    /// <summary>Workers that ought to hold it; 0: it sleeps until it is called.</summary>
    public int DesiredReplicas { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Every revision in use, where there is more than this one. Null: there is not.</summary>
    public RevisionSplit? Split { get; init; }

    /// <summary>One of several revisions that share the function's calls.</summary>
    public bool IsShare { get; init; }

    /// <summary>The route of a bare backbone under its own name.</summary>
    public bool IsBackbone { get; init; }

    public FunctionId Function => Revision.Function;

    /// <summary>Made when it is first called: most of a large table is not. Two who come at once may both make them, of which one stays.</summary>
    public RevisionWords Words => field is { } made && ReferenceEquals(made.Revision, Revision) ? made : field = new RevisionWords(Revision);

    /// <summary>How OpenAI clients name it: without the namespace where that is the default.</summary>
    public string ModelId => Function.Namespace == NamespaceName.Default ? Function.Name.Value : Function.ToString();
}
