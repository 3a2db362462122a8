namespace LoraFaaS.Contracts.Admin;

/// <summary>One alert: <c>firing</c> or <c>resolved</c>, for the function of its label <c>function_name</c>.</summary>
public sealed record FunctionAlert
{
    public string? Status { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
