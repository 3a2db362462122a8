using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.Lorax.Wire;

/// <summary>LoRAX's JSON: snake case; absent rather than null except where its clients insist on the field.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LoraxAnswer))]
[JsonSerializable(typeof(IReadOnlyList<LoraxAnswer>))]
[JsonSerializable(typeof(LoraxStreamEvent))]
[JsonSerializable(typeof(LoraxError))]
[JsonSerializable(typeof(LoraxInfo))]
internal sealed partial class LoraxJson : JsonSerializerContext;
