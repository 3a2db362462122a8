using System.Text.Json.Serialization;

namespace LoraFaaS.Contracts.Admin;

/// <summary>The inner object of <see cref="GatewayInfo"/>.</summary>
public sealed record ProviderInfo([property: JsonPropertyName("provider")] string Name, string Orchestration, VersionInfo Version);
