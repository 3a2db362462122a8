namespace LoraFaaS.Contracts.Admin;

/// <summary>Asks for a new text for a key.</summary>
public sealed record ApiKeyRotation
{
    /// <summary>How long the text before this one is still accepted; absent: a day. 0 ends it at once.</summary>
    public int? GraceSeconds { get; init; }
}
