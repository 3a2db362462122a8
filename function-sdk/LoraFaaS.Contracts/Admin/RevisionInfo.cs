namespace LoraFaaS.Contracts.Admin;

/// <summary>One revision of a function: what it pins, and what share of the calls it has.</summary>
public sealed record RevisionInfo
{
    /// <summary>Counts from 1 within the function.</summary>
    public required int Revision { get; init; }

    /// <summary>In Knative's way, as in <c>sentiment-00002</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Absent for revisions from before it was kept.</summary>
    public string? Image { get; init; }

    public required string Backbone { get; init; }

    public required string BackboneDigest { get; init; }

    /// <summary>Absent for the bare backbone.</summary>
    public string? AdapterDigest { get; init; }

    /// <summary>The package of the function's own code; absent: none.</summary>
    public string? CodeDigest { get; init; }

    public string? SystemPrompt { get; init; }

    public DateTimeOffset? DeployedAt { get; init; }

    /// <summary>Of 100 calls, as many.</summary>
    public int Percent { get; init; }

    /// <summary>Absent: none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary><c>serving</c> (has a share), <c>tagged</c> or <c>newest</c> (reached by its name only), <c>draining</c> (has left the split, is kept warm for a
    /// while) or <c>idle</c>.</summary>
    public required string State { get; init; }

    /// <summary>When it left the split; absent: it has not, or has never been in it.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>The nearest tier of its adapter over all workers, in lower case.</summary>
    public required string Tier { get; init; }
}
