namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>The addresses others reach this host by, without a trailing slash. <paramref name="Inside"/>: for this installation's own hosts alone.</summary>
public sealed record HostUrls(string Http, string? Rpc, string? Inside = null);
