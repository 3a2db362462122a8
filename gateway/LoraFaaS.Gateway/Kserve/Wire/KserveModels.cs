namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary><c>GET /v2/models</c>.</summary>
internal sealed record KserveModels(IReadOnlyList<string> Models);
