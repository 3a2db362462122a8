using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.Vllm.Wire;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VllmError))]
internal sealed partial class VllmJson : JsonSerializerContext;
