using System.Text.Json;
using System.Text.Json.Serialization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Diagnosis;
using LoraFaaS.Cli.Evaluation;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Overview;
using LoraFaaS.Cli.Push;
using LoraFaaS.Cli.Templates;
using LoraFaaS.Cli.Up;

namespace LoraFaaS.Cli;

/// <summary>The command's own files, source-generated.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ConnectionContext))]
[JsonSerializable(typeof(HostReadyFile))]
[JsonSerializable(typeof(PlatformReadyFile))]
[JsonSerializable(typeof(EvalCase))]
[JsonSerializable(typeof(EvalReport))]
[JsonSerializable(typeof(Frame))]
[JsonSerializable(typeof(Change))]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(BegunFunction))]
[JsonSerializable(typeof(Versions))]
[JsonSerializable(typeof(List<Finding>))]
[JsonSerializable(typeof(List<DeployedFunction>))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>One object a line.</summary>
    public static readonly CliJson Compact = new(new JsonSerializerOptions(JsonSerializerDefaults.Web));
}
