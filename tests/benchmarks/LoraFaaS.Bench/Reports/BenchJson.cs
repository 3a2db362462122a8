using System.Text.Json.Serialization;
using LoraFaaS.Bench.Door;
using LoraFaaS.Bench.Forecasting;
using LoraFaaS.Bench.Machine;
using LoraFaaS.Bench.Platform;

namespace LoraFaaS.Bench.Reports;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(ClosedLoopCall))]
[JsonSerializable(typeof(MachineRecord))]
[JsonSerializable(typeof(ForecastReport))]
[JsonSerializable(typeof(LoadResult))]
internal sealed partial class BenchJson : JsonSerializerContext;
