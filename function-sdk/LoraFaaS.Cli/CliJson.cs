using System.Text.Json;
using System.Text.Json.Serialization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Demo;
using LoraFaaS.Cli.Up;

namespace LoraFaaS.Cli;

/// <summary>The command's own files, source-generated.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ConnectionContext))]
[JsonSerializable(typeof(HostReadyFile))]
[JsonSerializable(typeof(PlatformReadyFile))]
[JsonSerializable(typeof(EvalCase))]
internal sealed partial class CliJson : JsonSerializerContext;
