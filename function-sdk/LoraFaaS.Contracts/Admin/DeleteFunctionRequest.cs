namespace LoraFaaS.Contracts.Admin;

/// <summary>The body of <c>DELETE /system/functions</c>.</summary>
public sealed record DeleteFunctionRequest
{
    public string? FunctionName { get; init; }

    public string? Namespace { get; init; }
}
