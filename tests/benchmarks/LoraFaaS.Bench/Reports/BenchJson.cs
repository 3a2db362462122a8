using System.Text.Json.Serialization;
using LoraFaaS.Bench.Door;

namespace LoraFaaS.Bench.Reports;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(LoadResult))]
internal sealed partial class BenchJson : JsonSerializerContext;
