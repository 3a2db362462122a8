namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>A tensor of texts.</summary>
internal sealed record KserveOutput(string Name, string Datatype, IReadOnlyList<int> Shape, IReadOnlyList<string> Data);
