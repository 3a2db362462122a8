namespace LoraFaaS.Checkpoints.Templates;

/// <summary>What a chat template turns into a prompt.</summary>
public sealed record ChatConversation
{
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>A JSON list of tools in the OpenAI shape; null for none.</summary>
    public string? ToolsJson { get; init; }

    /// <summary>The prompt ends where the assistant's answer begins.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>A JSON object of further variables that the template may ask for (enable_thinking); null for none.</summary>
    public string? VariablesJson { get; init; }
}
