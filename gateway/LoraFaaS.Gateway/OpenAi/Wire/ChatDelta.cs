namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>The role comes first and once, then pieces of content or of a call, then nothing beside the finish reason.</summary>
internal sealed record ChatDelta(string? Role, string? Content)
{
    public IReadOnlyList<ChatToolCall>? ToolCalls { get; init; }
}
