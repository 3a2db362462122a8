namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary><c>GET /v1/models</c>.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelEntry> Data);
