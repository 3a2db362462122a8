namespace LoraFaaS.Contracts.Admin;

/// <summary>A pushed adapter: one tag of one name under one backbone, pointing at immutable content.</summary>
public sealed record AdapterInfo
{
    public required string Backbone { get; init; }

    public required string Name { get; init; }

    public required string Tag { get; init; }

    public required string Digest { get; init; }

    public required long Bytes { get; init; }

    /// <summary>The greatest rank over its modules.</summary>
    public required int MaxRank { get; init; }

    /// <summary>Target modules, as PEFT names them.</summary>
    public required IReadOnlyList<string> Modules { get; init; }

    public DateTimeOffset PushedAt { get; init; }
}
