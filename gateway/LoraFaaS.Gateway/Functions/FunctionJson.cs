using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.Functions;

/// <summary>The function dialect's JSON: snake case like OpenAI's, absent rather than null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FunctionAnswer))]
[JsonSerializable(typeof(FunctionEvent))]
internal sealed partial class FunctionJson : JsonSerializerContext;
