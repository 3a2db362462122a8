using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.Lorax.Wire;

/// <summary>How an answer came to be. Tokens and prefill are of whole answers only.</summary>
internal sealed record LoraxDetails(
    string FinishReason,
    int PromptTokens,
    int GeneratedTokens,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Seed,
    IReadOnlyList<LoraxToken>? Prefill = null,
    IReadOnlyList<LoraxToken>? Tokens = null);
