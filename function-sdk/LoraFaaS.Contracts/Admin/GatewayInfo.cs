namespace LoraFaaS.Contracts.Admin;

/// <summary><c>GET /system/info</c>.</summary>
public sealed record GatewayInfo(ProviderInfo Provider, VersionInfo Version, string Arch);
