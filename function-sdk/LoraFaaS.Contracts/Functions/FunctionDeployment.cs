using System.Text.Json.Serialization;

namespace LoraFaaS.Contracts.Functions;

/// <summary>The body of <c>POST</c> and <c>PUT /system/functions</c>, in OpenFaaS's shape. Unknown fields are ignored there.</summary>
public sealed record FunctionDeployment
{
    /// <summary>The function's name. Required.</summary>
    public string? Service { get; init; }

    /// <summary>A <c>lora://</c> reference, or the bare name of a registered backbone as <c>lora://&lt;backbone&gt;</c>. Required.</summary>
    public string? Image { get; init; }

    public string? Namespace { get; init; }

    public string? EnvProcess { get; init; }

    public IReadOnlyDictionary<string, string>? EnvVars { get; init; }

    public IReadOnlyList<string>? Constraints { get; init; }

    public IReadOnlyList<string>? Secrets { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public FunctionResources? Limits { get; init; }

    public FunctionResources? Requests { get; init; }

    [JsonPropertyName("readOnlyRootFilesystem")]
    public bool ReadOnlyRootFilesystem { get; init; }
}
