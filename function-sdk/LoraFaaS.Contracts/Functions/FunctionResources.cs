using System.Text.Json.Serialization;

namespace LoraFaaS.Contracts.Functions;

/// <summary>Kubernetes quantities, returned to clients letter by letter as they came.</summary>
public sealed record FunctionResources
{
    public string? Memory { get; init; }

    public string? Cpu { get; init; }

    [JsonPropertyName("nvidia.com/gpu")]
    public string? NvidiaGpu { get; init; }
}
