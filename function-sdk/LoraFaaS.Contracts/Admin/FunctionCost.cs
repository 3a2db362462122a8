namespace LoraFaaS.Contracts.Admin;

/// <summary>What one function used on one day, and what that cost. Gigabytes of 10⁹ bytes; <c>BackboneGbSeconds</c>: its share of backbones it shared.</summary>
public sealed record FunctionCost
{
    public required string Namespace { get; init; }

    public required string Function { get; init; }

    public required long Invocations { get; init; }

    public required double ComputeSeconds { get; init; }

    public required double DeviceGbSeconds { get; init; }

    public required double HostGbSeconds { get; init; }

    public required double BackboneGbSeconds { get; init; }

    public required double Cost { get; init; }

    public required double WithoutSharing { get; init; }
}
