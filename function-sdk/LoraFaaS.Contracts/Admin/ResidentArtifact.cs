namespace LoraFaaS.Contracts.Admin;

/// <summary>One artifact and the tier where a worker holds it.</summary>
public sealed record ResidentArtifact(string Kind, string Digest, string Tier, long Bytes)
{
    /// <summary>Whose sandbox holds it; null where it is shared.</summary>
    public string? TrustDomain { get; init; }

    /// <summary>Whose prompt prefix it is.</summary>
    public string? Function { get; init; }

    /// <summary>Seconds it has been at this tier.</summary>
    public double AgeSeconds { get; init; }

    /// <summary>Seconds since it was last used.</summary>
    public double IdleSeconds { get; init; }

    /// <summary>It is on its way: its sandbox is being opened.</summary>
    public bool Opening { get; init; }

    /// <summary>Why it came there.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";
}
