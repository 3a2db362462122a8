using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>The assistant's message: text, or a call.</summary>
internal sealed record ChatReply(
    string Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Content,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Refusal)
{
    public IReadOnlyList<ChatToolCall>? ToolCalls { get; init; }
}
