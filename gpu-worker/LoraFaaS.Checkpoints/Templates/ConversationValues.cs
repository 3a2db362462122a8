using System.Text;
using System.Text.Json;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Templates.Execution;
using LoraFaaS.Checkpoints.Templates.Values;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Checkpoints.Templates;

/// <summary>A conversation as the variables that templates expect. Everything that a caller wrote is marked as the caller's.</summary>
internal static class ConversationValues
{
    public static void Define(Scope scope, ChatConversation conversation, TokenizerConfig tokens)
    {
        if (conversation.VariablesJson is { } variables)
        {
            var map = Parse("chat_template_kwargs", variables) as MapValue
                ?? throw new RefusedException("chat_template_kwargs", "must be a JSON object");

            foreach (var (name, value) in map.Entries)
            {
                scope.Set(name, value);
            }
        }

        // After the caller's variables, which must not stand in for these.
        foreach (var (name, token) in (ReadOnlySpan<(string, string?)>)
            [("bos_token", tokens.BosToken), ("eos_token", tokens.EosToken), ("pad_token", tokens.PadToken), ("unk_token", tokens.UnkToken)])
        {
            if (token is not null)
            {
                scope.Set(name, TextValue.Trusted(token));
            }
        }

        scope.Set("messages", new ListValue([.. conversation.Messages.Select(Message)]));
        scope.Set("tools", conversation.ToolsJson is { } tools ? ParseList("tools", tools) : NoneValue.Instance);
        scope.Set("documents", NoneValue.Instance);
        scope.Set("add_generation_prompt", FlagValue.Of(conversation.AddGenerationPrompt));
    }

    private static MapValue Message(ChatMessage message)
    {
        var entries = new OrderedDictionary<string, TemplateValue>(StringComparer.Ordinal)
        {
            ["role"] = Role(message.Role),
            ["content"] = message.Content is null ? TextValue.Unsaid : TextValue.Plain(message.Content),
        };

        if (message.Name is { } name)
        {
            entries["name"] = TextValue.Plain(name);
        }

        if (message.ToolCallId is { } id)
        {
            entries["tool_call_id"] = TextValue.Plain(id);
        }

        if (message.ToolCallsJson is { } calls)
        {
            entries["tool_calls"] = new ListValue([.. ParseList("tool_calls", calls).Items.Select(WithOpenedArguments)]);
        }

        return new MapValue(entries);
    }

    /// <summary>
    /// Templates build special tokens out of roles ("&lt;|" + role + "|&gt;"), so the usual ones are the template's own words;
    /// any other could spell a control token, and stays a caller's text.
    /// </summary>
    private static TextValue Role(string role) => role is "system" or "user" or "assistant" or "tool" or "function" or "developer" or "ipython"
        ? TextValue.Trusted(role)
        : TextValue.Plain(role);

    /// <summary>
    /// The API carries a call's arguments as JSON in a string, and templates expect the object. Text that is none, as a call that was cut off has it, stays text: it is the model's own, and
    /// the caller only repeats it.
    /// </summary>
    private static TemplateValue WithOpenedArguments(TemplateValue call)
    {
        if (call is MapValue map && map.Entries.GetValueOrDefault("function") is MapValue function
            && function.Entries.GetValueOrDefault("arguments") is TextValue arguments
            && OpenedOrNull(arguments.Value) is { } opened)
        {
            function.Entries["arguments"] = opened;
        }

        return call;
    }

    private static TemplateValue? OpenedOrNull(string arguments)
    {
        if (arguments.Length == 0)
        {
            return new MapValue(new OrderedDictionary<string, TemplateValue>(StringComparer.Ordinal));
        }

        try
        {
            return Parse("tool_calls.function.arguments", arguments) as MapValue;
        }
        catch (RefusedException)
        {
            return null;
        }
    }

    private static ListValue ParseList(string field, string json) =>
        Parse(field, json) as ListValue ?? throw new RefusedException(field, "must be a JSON list");

    private static TemplateValue Parse(string field, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(json), new JsonDocumentOptions { MaxDepth = 64 });
            return JsonValues.From(document.RootElement);
        }
        catch (JsonException broken)
        {
            throw new RefusedException(field, $"is not valid JSON ({broken.Message})");
        }
    }
}
