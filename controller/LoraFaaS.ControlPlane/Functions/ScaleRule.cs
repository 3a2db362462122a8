namespace LoraFaaS.ControlPlane.Functions;

/// <summary>OpenFaaS's scaling labels as read. Null or false: not said.</summary>
public sealed record ScaleRule
{
    public int? Min { get; init; }

    public int? Max { get; init; }

    public bool Zero { get; init; }

    public TimeSpan? ZeroDuration { get; init; }

    /// <summary>What a new function starts with.</summary>
    public int InitialReplicas => Math.Max(Min ?? 1, 1);

    /// <summary>Zero is a wish of its own, which a minimum does not forbid: whoever asks for none gets none.</summary>
    public int Clamp(int replicas) => replicas == 0 ? 0 : Math.Max(Max is { } max ? Math.Min(replicas, max) : replicas, Min ?? 1);
}
