namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>The answer of <c>/infer</c>.</summary>
internal sealed record KserveInferred(string ModelName, string ModelVersion, string? Id, KserveEnd Parameters, IReadOnlyList<KserveOutput> Outputs);
