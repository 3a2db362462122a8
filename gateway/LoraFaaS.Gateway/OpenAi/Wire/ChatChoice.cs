using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>One of n answers.</summary>
internal sealed record ChatChoice(
    int Index,
    ChatReply Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ChatLogprobs? Logprobs,
    string FinishReason);
