using System.Text.Json.Serialization;

namespace LoraFaaS.Bench.Papers;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<PapersRow>))]
internal sealed partial class PapersJson : JsonSerializerContext;
