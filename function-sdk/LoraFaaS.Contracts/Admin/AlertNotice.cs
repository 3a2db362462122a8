namespace LoraFaaS.Contracts.Admin;

/// <summary>The body of <c>POST /system/alert</c>, as Prometheus's AlertManager sends it. What is not read here is left out.</summary>
public sealed record AlertNotice
{
    public string? Status { get; init; }

    public string? Receiver { get; init; }

    public IReadOnlyList<FunctionAlert>? Alerts { get; init; }
}
