namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary><c>GET /v2/models/NAME</c>.</summary>
internal sealed record KserveModel(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<KserveTensor> Inputs, IReadOnlyList<KserveTensor> Outputs);
