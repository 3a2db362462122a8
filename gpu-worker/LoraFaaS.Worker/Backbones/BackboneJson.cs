using System.Text.Json.Serialization;

namespace LoraFaaS.Worker.Backbones;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<BackboneEntry>))]
internal sealed partial class BackboneJson : JsonSerializerContext;
