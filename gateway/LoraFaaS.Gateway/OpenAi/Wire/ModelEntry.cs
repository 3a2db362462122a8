using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>A function or a backbone, as OpenAI's clients know models. Root, parent and length are vLLM's additions: an adapter's parent is its backbone.</summary>
internal sealed record ModelEntry(
    string Id,
    string Object,
    long Created,
    string OwnedBy,
    string Root,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Parent,
    int? MaxModelLen);
