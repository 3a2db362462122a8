using System.Text.Json.Serialization;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;

namespace LoraFaaS.Simulator;

/// <summary>Cluster files and reports as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ClusterSpec))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(List<RunReport>))]
public sealed partial class SimulatorJson : JsonSerializerContext;
