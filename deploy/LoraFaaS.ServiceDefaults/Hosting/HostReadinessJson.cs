using System.Text.Json.Serialization;

namespace LoraFaaS.ServiceDefaults.Hosting;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HostReadiness))]
internal sealed partial class HostReadinessJson : JsonSerializerContext;
