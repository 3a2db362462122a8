using System.Text.Json.Serialization;

namespace LoraFaaS.Worker.Backbones;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<BackboneEntry>))]
[JsonSerializable(typeof(Dictionary<string, VerifiedFolder>))]
internal sealed partial class BackboneJson : JsonSerializerContext;
