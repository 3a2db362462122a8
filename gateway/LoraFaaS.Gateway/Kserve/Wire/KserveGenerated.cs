namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>A whole answer, or one event of a stream.</summary>
internal sealed record KserveGenerated(string TextOutput, string ModelName, string ModelVersion, KserveDetails? Details);
