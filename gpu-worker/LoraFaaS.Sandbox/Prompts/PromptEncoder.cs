using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Templates;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>Every form a prompt comes in, to token ids.</summary>
internal sealed class PromptEncoder(TextSide text)
{
    public EncodedPrompt Encode(GenerateRequest request)
    {
        var prompt = request.Prompt ?? new Prompt();

        return prompt.KindCase switch
        {
            Prompt.KindOneofCase.UserText => Render([.. System(request.Revision), Message("user", prompt.UserText)], ""),
            Prompt.KindOneofCase.Chat => Chat(request.Revision, prompt.Chat),
            Prompt.KindOneofCase.RawText => new EncodedPrompt.Ids(text.EncodeRaw(prompt.RawText)),
            Prompt.KindOneofCase.Tokens => new EncodedPrompt.Ids([.. prompt.Tokens.Ids]),
            Prompt.KindOneofCase.None => Refuse("There is none.", "prompt"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>The function's system prompt comes first, unless the caller brings a system message.</summary>
    private EncodedPrompt Chat(RevisionRef revision, ChatMessages chat)
    {
        if (chat.Messages.Count == 0)
        {
            return Refuse("There is no message.", "messages");
        }

        var messages = chat.Messages.Select(Message);
        return Render(chat.Messages[0].Role == "system" ? [.. messages] : [.. System(revision), .. messages], chat.ToolsJson);
    }

    private EncodedPrompt.Ids Render(IReadOnlyList<ChatMessage> messages, string toolsJson) { _ = toolsJson; return new EncodedPrompt.Ids(text.EncodeRendered(string.Concat(messages.Select(m => m.Content)))); }

    private static IEnumerable<ChatMessage> System(RevisionRef revision) =>
        revision.SystemPrompt.Length > 0 ? [Message("system", revision.SystemPrompt)] : [];

    private static ChatMessage Message(string role, string content) => new() { Role = role, Content = content };

    private static ChatMessage Message(ChatMessage message) => message;

    private static EncodedPrompt.Refused Refuse(string message, string field) => new(new Problem(ErrorCode.InvalidRequest, message, field));
}
