using System.Text.Json.Serialization;
using LoraFaaS.Engine.Adapters;

namespace LoraFaaS.Engine.Weights;

/// <summary>Serialisation of the manifests inside packed images.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BackboneManifest))]
[JsonSerializable(typeof(AdapterManifest))]
internal sealed partial class ImageJson : JsonSerializerContext;
