using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.Lorax.Wire;

/// <summary>One token of a stream; the last event, whose token is special, carries the whole text.</summary>
internal sealed record LoraxStreamEvent(
    LoraxToken Token,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? GeneratedText,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] LoraxDetails? Details);
