namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>The addresses others reach this host by, without a trailing slash.</summary>
public sealed record HostUrls(string Http, string? Rpc);
