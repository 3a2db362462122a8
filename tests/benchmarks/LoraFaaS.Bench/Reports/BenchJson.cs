using System.Text.Json.Serialization;
using LoraFaaS.Bench.Door;
using LoraFaaS.Bench.Forecasting;

namespace LoraFaaS.Bench.Reports;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(ForecastReport))]
[JsonSerializable(typeof(LoadResult))]
internal sealed partial class BenchJson : JsonSerializerContext;
