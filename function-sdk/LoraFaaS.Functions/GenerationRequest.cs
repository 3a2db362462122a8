namespace LoraFaaS.Functions;

/// <summary>What the adapter is asked. Made by one of the three ways of saying a prompt; sampling and schema are added with <c>with</c>.</summary>
public sealed record GenerationRequest
{
    private GenerationRequest(IReadOnlyList<ChatTurn> conversation, string? prompt)
    {
        Conversation = conversation;
        Prompt = prompt;
    }

    /// <summary>Put through the backbone's chat template, with the function's system prompt. Empty when <see cref="Prompt"/> is said.</summary>
    public IReadOnlyList<ChatTurn> Conversation { get; }

    /// <summary>The prompt itself, without a template; null when <see cref="Conversation"/> is said.</summary>
    public string? Prompt { get; }

    /// <summary>What differs from the sampling that the caller and the deployment set.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Unchanged;

    /// <summary>Constrains the answer: a JSON schema as text, or <see cref="AnyJsonObject"/>. Null: free text.</summary>
    public string? JsonSchema { get; init; }

    /// <summary>For <see cref="JsonSchema"/>: any JSON object.</summary>
    public const string AnyJsonObject = "json_object";

    /// <summary>One user message.</summary>
    public static GenerationRequest OfText(string text) => new([ChatTurn.User(text)], null);

    /// <summary>A conversation, oldest message first.</summary>
    public static GenerationRequest OfConversation(params IReadOnlyList<ChatTurn> conversation) => new(conversation, null);

    /// <summary>The prompt itself: no template, no system prompt; special tokens in it are text.</summary>
    public static GenerationRequest OfPrompt(string prompt) => new([], prompt);

    /// <summary>One user message.</summary>
    public static implicit operator GenerationRequest(string text) => OfText(text);
}
