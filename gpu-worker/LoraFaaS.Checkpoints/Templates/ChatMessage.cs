namespace LoraFaaS.Checkpoints.Templates;

/// <summary>One message of a conversation, as a caller sent it.</summary>
public sealed record ChatMessage
{
    public required string Role { get; init; }

    public required string? Content { get; init; }

    public string? Name { get; init; }

    public string? ToolCallId { get; init; }

    /// <summary>The OpenAI shape: a JSON list of calls, each with a function's name and arguments.</summary>
    public string? ToolCallsJson { get; init; }
}
