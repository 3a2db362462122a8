using System.Text.Json;
using System.Text.Json.Serialization;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Contracts;

/// <summary>Every wire shape of the control API, source-generated: camel case, absent rather than null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(FunctionDeployment))]
[JsonSerializable(typeof(FunctionStatus))]
[JsonSerializable(typeof(List<FunctionStatus>))]
[JsonSerializable(typeof(IReadOnlyList<FunctionStatus>))]
[JsonSerializable(typeof(FunctionPage))]
[JsonSerializable(typeof(InvocationStats))]
[JsonSerializable(typeof(DeleteFunctionRequest))]
[JsonSerializable(typeof(ScaleRequest))]
[JsonSerializable(typeof(GatewayInfo))]
[JsonSerializable(typeof(ProviderInfo))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(BackboneRegistration))]
[JsonSerializable(typeof(BackboneInfo))]
[JsonSerializable(typeof(List<BackboneInfo>))]
[JsonSerializable(typeof(IReadOnlyList<BackboneInfo>))]
[JsonSerializable(typeof(AdapterImport))]
[JsonSerializable(typeof(AlertNotice))]
[JsonSerializable(typeof(AdapterInfo))]
[JsonSerializable(typeof(List<AdapterInfo>))]
[JsonSerializable(typeof(IReadOnlyList<AdapterInfo>))]
[JsonSerializable(typeof(WorkerInfo))]
[JsonSerializable(typeof(List<WorkerInfo>))]
[JsonSerializable(typeof(IReadOnlyList<WorkerInfo>))]
[JsonSerializable(typeof(ForecastInfo))]
[JsonSerializable(typeof(List<ForecastInfo>))]
[JsonSerializable(typeof(FunctionNamespace))]
[JsonSerializable(typeof(FunctionUsageSum))]
[JsonSerializable(typeof(List<FunctionUsageSum>))]
[JsonSerializable(typeof(IReadOnlyList<FunctionUsageSum>))]
[JsonSerializable(typeof(FunctionSecret))]
[JsonSerializable(typeof(List<FunctionSecret>))]
[JsonSerializable(typeof(ApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyRotation))]
[JsonSerializable(typeof(ApiKeyInfo))]
[JsonSerializable(typeof(List<ApiKeyInfo>))]
[JsonSerializable(typeof(ApiKeyIssued))]
[JsonSerializable(typeof(AuditEvent))]
[JsonSerializable(typeof(List<AuditEvent>))]
[JsonSerializable(typeof(AsyncCallInfo))]
[JsonSerializable(typeof(List<AsyncCallInfo>))]
[JsonSerializable(typeof(AsyncQueueInfo))]
[JsonSerializable(typeof(PackageInfo))]
[JsonSerializable(typeof(PlanInfo))]
[JsonSerializable(typeof(IReadOnlyList<PlanLine>))]
[JsonSerializable(typeof(List<PlanLine>))]
[JsonSerializable(typeof(List<PlanInfo>))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(List<string>))]
public sealed partial class ContractsJson : JsonSerializerContext;
