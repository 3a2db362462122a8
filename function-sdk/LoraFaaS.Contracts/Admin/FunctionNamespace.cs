namespace LoraFaaS.Contracts.Admin;

/// <summary>A namespace in OpenFaaS's shape. Clients mark those of functions with the label and annotation <c>openfaas: "1"</c>.</summary>
public sealed record FunctionNamespace
{
    public string? Name { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
