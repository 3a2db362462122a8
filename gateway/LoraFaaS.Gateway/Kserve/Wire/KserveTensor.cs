namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>A tensor's name, type and shape; -1 is any length.</summary>
internal sealed record KserveTensor(string Name, string Datatype, IReadOnlyList<int> Shape);
