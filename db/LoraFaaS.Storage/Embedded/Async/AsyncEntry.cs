using System.Text.Json.Serialization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Async;

/// <summary>One change of the queue, as journalled. The names on the wire are for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(Put), "put")]
[JsonDerivedType(typeof(Leased), "leased")]
[JsonDerivedType(typeof(Renewed), "renewed")]
[JsonDerivedType(typeof(Settled), "settled")]
[JsonDerivedType(typeof(Removed), "removed")]
internal abstract record AsyncEntry
{
    private AsyncEntry()
    {
    }

    /// <summary>A call as a whole: a new one, or any in a snapshot.</summary>
    public sealed record Put(AsyncCall Call) : AsyncEntry;

    public sealed record Leased(IReadOnlyList<CallId> Ids, string Lease, DateTimeOffset Until) : AsyncEntry;

    public sealed record Renewed(IReadOnlyList<CallId> Ids, DateTimeOffset Until) : AsyncEntry;

    /// <summary>With <c>KeepsResult</c> the answer that is stored stays, and is not written once more.</summary>
    public sealed record Settled(CallId Id, AsyncProgress Progress, bool KeepsResult) : AsyncEntry;

    public sealed record Removed(IReadOnlyList<CallId> Ids) : AsyncEntry;
}
