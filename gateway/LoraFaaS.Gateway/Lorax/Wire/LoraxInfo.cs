namespace LoraFaaS.Gateway.Lorax.Wire;

/// <summary><c>GET /info</c>: the backbone without adapters, and this gateway's limits.</summary>
internal sealed record LoraxInfo(
    string ModelId,
    string ModelSha,
    string ModelPipelineTag,
    int MaxConcurrentRequests,
    int MaxBestOf,
    int MaxStopSequences,
    int MaxInputLength,
    int MaxTotalTokens,
    string Version);
