namespace LoraFaaS.Contracts.Admin;

/// <summary>The body of <c>POST /system/scale-function/{name}</c>.</summary>
public sealed record ScaleRequest
{
    public string? ServiceName { get; init; }

    public int? Replicas { get; init; }

    public string? Namespace { get; init; }
}
