using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Checkpoints.Templates;

/// <summary>What came of applying a template to a conversation.</summary>
public abstract record ChatRendering
{
    private ChatRendering()
    {
    }

    /// <summary>The prompt, with what callers wrote marked, so that it cannot become special tokens.</summary>
    public sealed record Rendered(MarkedText Prompt) : ChatRendering;

    /// <summary>The conversation is at fault: the template refused it in its own words, or a field's JSON is broken.</summary>
    public sealed record Refused(string Message) : ChatRendering;

    /// <summary>The template is at fault: it went wrong, or did more than a rendering may.</summary>
    public sealed record Failed(string Message) : ChatRendering;
}
