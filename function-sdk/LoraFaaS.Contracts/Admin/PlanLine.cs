namespace LoraFaaS.Contracts.Admin;

/// <summary>One artifact at one worker, as planned.</summary>
public sealed record PlanLine
{
    /// <summary>keep, load, wait or offload.</summary>
    public required string Action { get; init; }

    /// <summary>sandbox, backbone, adapter or prefix.</summary>
    public required string Kind { get; init; }

    public required string Worker { get; init; }

    /// <summary>remote, disk, host or device: where it ought to be.</summary>
    public required string Tier { get; init; }

    /// <summary>Where it was.</summary>
    public required string From { get; init; }

    /// <summary>name.namespace, for an adapter or a prefix.</summary>
    public string? Function { get; init; }

    /// <summary>Of <see cref="Function"/>: each one with a share of the calls is planned for. Null: the plan was made before that was so.</summary>
    public int? Revision { get; init; }

    public string? Digest { get; init; }

    /// <summary>Whose sandbox.</summary>
    public string? TrustDomain { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Chance of a call, or expected calls.</summary>
    public required double Probability { get; init; }

    public required double SavesMs { get; init; }

    /// <summary>In words.</summary>
    public required string Reason { get; init; }
}
