namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary><c>GET /v2</c>.</summary>
internal sealed record KserveServer(string Name, string Version, IReadOnlyList<string> Extensions);
