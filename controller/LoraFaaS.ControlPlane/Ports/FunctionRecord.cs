using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A function as stored: what was asked for, letter by letter, and what it was resolved to.</summary>
public sealed record FunctionRecord
{
    public required FunctionId Id { get; init; }

    /// <summary>Counts from 1; raised by one at every write.</summary>
    public required long Generation { get; init; }

    /// <summary>The newest deployment as the client sent it.</summary>
    public required FunctionDeployment Deployment { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<FunctionRevision> Revisions { get; init; }

    public required int DesiredReplicas { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Null: all calls go to the newest revision, and none has ever left.</summary>
    public FunctionTraffic? Traffic { get; init; }

    public FunctionRevision Newest => Revisions[^1];

    public IReadOnlyList<TrafficTarget> Targets => Traffic?.Targets ?? [];

    /// <summary>The revision with the largest share: what one is shown who asks for the function as a whole.</summary>
    public FunctionRevision Current =>
        Targets.Count == 0 ? Newest : Find(TrafficSplit.Primary(Targets, Newest.Number)) ?? Newest;

    public FunctionRevision? Find(int number) => Revisions.FirstOrDefault(revision => revision.Number == number);
}
