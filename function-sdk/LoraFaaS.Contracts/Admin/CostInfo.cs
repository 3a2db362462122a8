namespace LoraFaaS.Contracts.Admin;

/// <summary><c>GET /api/v1/cost</c>: what one day (UTC) cost at the configured prices, from the metering records and from what functions held of workers' memory.</summary>
public sealed record CostInfo
{
    public required DateOnly Day { get; init; }

    public required string Currency { get; init; }

    public required double Cost { get; init; }

    /// <summary>The same, had each function brought a backbone of its own.</summary>
    public required double WithoutSharing { get; init; }

    /// <summary>The dearest first.</summary>
    public required IReadOnlyList<FunctionCost> Functions { get; init; }
}
