using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>The assistant's message.</summary>
internal sealed record ChatReply(
    string Role, string Content, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Refusal);
