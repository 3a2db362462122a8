using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.Kserve.Wire;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KserveServer))]
[JsonSerializable(typeof(KserveModels))]
[JsonSerializable(typeof(KserveModel))]
[JsonSerializable(typeof(KserveState))]
[JsonSerializable(typeof(KserveGenerated))]
[JsonSerializable(typeof(KserveInferred))]
[JsonSerializable(typeof(KserveError))]
internal sealed partial class KserveJson : JsonSerializerContext;
