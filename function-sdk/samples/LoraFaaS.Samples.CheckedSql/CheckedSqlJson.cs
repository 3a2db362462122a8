using System.Text.Json.Serialization;

namespace LoraFaaS.Samples.CheckedSql;

/// <summary>The shape of this function's answer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SqlAnswer))]
internal sealed partial class CheckedSqlJson : JsonSerializerContext;
