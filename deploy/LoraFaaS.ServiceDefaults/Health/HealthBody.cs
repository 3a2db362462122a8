namespace LoraFaaS.ServiceDefaults.Health;

/// <summary>The body of <c>/healthz</c>.</summary>
internal sealed record HealthBody(string Status, string Service, string Version, IReadOnlyList<string> Notes);
