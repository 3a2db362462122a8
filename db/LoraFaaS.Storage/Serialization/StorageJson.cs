using System.Text.Json.Serialization;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Async;
using LoraFaaS.Storage.Embedded.Catalogue;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Embedded.Keys;
using LoraFaaS.Storage.Embedded.Secrets;
using LoraFaaS.Storage.Embedded.Usage;

namespace LoraFaaS.Storage.Serialization;

/// <summary>Everything that is stored as JSON, source-generated. What is written here is read by later releases:
/// add, do not rename, and do not make required what older files lack.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    Converters =
    [
        typeof(FunctionIdConverter), typeof(NamespaceNameConverter), typeof(BackboneNameConverter), typeof(AdapterNameConverter),
        typeof(DigestConverter), typeof(WorkerIdConverter), typeof(TrustDomainConverter),
        typeof(FunctionNameConverter), typeof(SecretNameConverter), typeof(ApiKeyIdConverter),
        typeof(CallIdConverter),
    ])]
[JsonSerializable(typeof(FileHeader))]
[JsonSerializable(typeof(CatalogueEntry))]
[JsonSerializable(typeof(UsageEntry))]
[JsonSerializable(typeof(HoldingDay))]
[JsonSerializable(typeof(SecretEntry))]
[JsonSerializable(typeof(SecretRecord))]
[JsonSerializable(typeof(KeyEntry))]
[JsonSerializable(typeof(ApiKeyRecord))]
[JsonSerializable(typeof(NumberedAudit))]
[JsonSerializable(typeof(AsyncEntry))]
[JsonSerializable(typeof(FunctionRecord))]
[JsonSerializable(typeof(FunctionDeployment))]
[JsonSerializable(typeof(IReadOnlyList<FunctionRevision>))]
[JsonSerializable(typeof(FunctionTraffic))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(AdapterRecord))]
[JsonSerializable(typeof(BackboneRecord))]
[JsonSerializable(typeof(NamespaceRecord))]
[JsonSerializable(typeof(WorkerState))]
[JsonSerializable(typeof(LogLine))]
internal sealed partial class StorageJson : JsonSerializerContext;
