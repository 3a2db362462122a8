using LoraFaaS.Checkpoints.Templates;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using TemplateMessage = LoraFaaS.Checkpoints.Templates.ChatMessage;
using WireMessage = LoraFaaS.Protocol.Data.ChatMessage;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>Every form a prompt comes in, to token ids. What callers wrote never becomes a special token.</summary>
internal sealed class PromptEncoder(TextSide text, TimeProvider time)
{
    private const string SystemRole = "system";

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

    /// <summary>
    /// The tokens that any one-message prompt of the revision begins with, whatever the message: what two that differ at once have in common, so that a
    /// merge across the border is not counted in. Empty: there is no template.
    /// </summary>
    public int[] CommonPrefix(RevisionRef revision)
    {
        var one = Render([.. System(revision), Message("user", "a")], "");
        var other = Render([.. System(revision), Message("user", "0")], "");

        return one is EncodedPrompt.Ids first && other is EncodedPrompt.Ids second
            ? first.Values[..first.Values.AsSpan().CommonPrefixLength(second.Values)]
            : [];
    }

    /// <summary>The function's system prompt comes first, unless the caller brings a system message.</summary>
    private EncodedPrompt Chat(RevisionRef revision, ChatMessages chat)
    {
        if (chat.Messages.Count == 0)
        {
            return Refuse("There is no message.", "messages");
        }

        var messages = chat.Messages.Select(Message);
        return Render(chat.Messages[0].Role == SystemRole ? [.. messages] : [.. System(revision), .. messages], chat.ToolsJson);
    }

    private EncodedPrompt Render(IReadOnlyList<TemplateMessage> messages, string toolsJson)
    {
        var conversation = new ChatConversation { Messages = messages, ToolsJson = NullIfEmpty(toolsJson) };

        if (text.TemplateFor(conversation) is not { } template)
        {
            return Refuse("The backbone has no chat template; send a raw prompt.", "prompt");
        }

        return Render(template, conversation) switch
        {
            ChatRendering.Rendered rendered => new EncodedPrompt.Ids(text.EncodeRendered(rendered.Prompt)),
            ChatRendering.Refused refused => Refuse(refused.Message, "messages"),
            ChatRendering.Failed failed => new EncodedPrompt.Refused(new Problem(ErrorCode.BackboneInvalid, failed.Message, "chat_template")),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>As it came; where the template refuses that, in fewer roles. What the template says of the caller's own messages is the answer when all is refused.</summary>
    private ChatRendering Render(ChatTemplate template, ChatConversation conversation)
    {
        var rendering = template.Render(conversation, text.Tokens, time.GetUtcNow());

        if (rendering is not ChatRendering.Refused)
        {
            return rendering;
        }

        foreach (var plain in PlainConversation.Of(conversation.Messages))
        {
            if (template.Render(conversation with { Messages = plain }, text.Tokens, time.GetUtcNow()) is ChatRendering.Rendered rendered)
            {
                return rendered;
            }
        }

        return rendering;
    }

    private static IEnumerable<TemplateMessage> System(RevisionRef revision) =>
        revision.SystemPrompt.Length > 0 ? [Message(SystemRole, revision.SystemPrompt)] : [];

    private static TemplateMessage Message(string role, string content) => new() { Role = role, Content = content };

    /// <summary>The wire writes absence as empty. An assistant that only calls tools says nothing, which templates tell from saying "".</summary>
    private static TemplateMessage Message(WireMessage message) => new()
    {
        Role = message.Role,
        Content = message.ToolCallsJson.Length > 0 ? NullIfEmpty(message.Content) : message.Content,
        Name = NullIfEmpty(message.Name),
        ToolCallId = NullIfEmpty(message.ToolCallId),
        ToolCallsJson = NullIfEmpty(message.ToolCallsJson),
    };

    private static string? NullIfEmpty(string value) => value.Length > 0 ? value : null;

    private static EncodedPrompt.Refused Refuse(string message, string field) => new(new Problem(ErrorCode.InvalidRequest, message, field));
}
