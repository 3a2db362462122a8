using System.Text.Json.Serialization;

namespace LoraFaaS.Contracts.Functions;

/// <summary>A deployed function as OpenFaaS clients read it. What was not set at deployment is absent, not empty.</summary>
public sealed record FunctionStatus
{
    public required string Name { get; init; }

    public required string Image { get; init; }

    public required string Namespace { get; init; }

    public string? EnvProcess { get; init; }

    public IReadOnlyDictionary<string, string>? EnvVars { get; init; }

    public IReadOnlyList<string>? Constraints { get; init; }

    public IReadOnlyList<string>? Secrets { get; init; }

    /// <summary>Always present; contains <c>faas_function=&lt;name&gt;</c>.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Always present, possibly empty.</summary>
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    public FunctionResources? Limits { get; init; }

    public FunctionResources? Requests { get; init; }

    [JsonPropertyName("readOnlyRootFilesystem")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReadOnlyRootFilesystem { get; init; }

    /// <summary>Wanted instances. Left out when 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Replicas { get; init; }

    /// <summary>Instances of those wanted that are there: workers with the adapter in host or device memory. What is there beyond them is no instance. Left out when 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int AvailableReplicas { get; init; }

    public double InvocationCount { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public FunctionUsage? Usage { get; init; }

    /// <summary>LoraFaaS's own part: revision, backbone, adapter digest, tier. Ignored by OpenFaaS clients.</summary>
    public FunctionDetails? Lorafaas { get; init; }
}
