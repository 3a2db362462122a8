using System.Text;
using System.Text.Json;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Requests;

/// <summary>Reads <c>messages</c> as OpenAI's clients send them.</summary>
internal static class ChatMessageFields
{
    private const int MostMessages = 4_096;
    private const string Assistant = "assistant";
    private const string Tool = "tool";

    /// <param name="fields">The request's.</param>
    /// <param name="tools">Of <see cref="ToolFields"/>: what the template is given of them.</param>
    public static Prompt? Read(JsonFields fields, string tools)
    {
        if (fields.Find("messages") is not { } messages)
        {
            fields.Refuse("messages", "is required");
            return null;
        }

        if (messages.ValueKind is not JsonValueKind.Array || messages.GetArrayLength() is 0 or > MostMessages)
        {
            fields.Refuse("messages", $"must be an array of 1 to {MostMessages} messages");
            return null;
        }

        var chat = new ChatMessages { ToolsJson = tools };
        var index = 0;

        foreach (var message in messages.EnumerateArray())
        {
            var path = $"{fields.PathOf("messages")}[{index++}]";

            if (message.ValueKind is not JsonValueKind.Object)
            {
                fields.Problems.Add(path, "must be an object");
                return null;
            }

            chat.Messages.Add(ReadMessage(new JsonFields(message, path, fields.Problems)));
        }

        return new Prompt { Chat = chat };
    }

    private static ChatMessage ReadMessage(JsonFields fields)
    {
        var role = ReadRole(fields);

        return new ChatMessage
        {
            Role = role,
            Content = ReadContent(fields, optional: role is Assistant or Tool),
            ToolCallsJson = ReadCalls(fields),
            ToolCallId = fields.String("tool_call_id") ?? "",
            Name = fields.String("name") ?? "",
        };
    }

    /// <summary>Chat templates know only the older word for developer, and only the newer one for function.</summary>
    private static string ReadRole(JsonFields fields)
    {
        switch (fields.String("role"))
        {
            case "developer":
                return "system";

            case "function":
                return Tool;

            case "system" or "user" or Assistant or Tool:
                return fields.String("role")!;

            default:
                fields.Refuse("role", "must be system, developer, user, assistant or tool");
                return "";
        }
    }

    /// <summary>The calls as the template is given them; function_call is what OpenAI's clients wrote before there could be several. An empty list is none.</summary>
    private static string ReadCalls(JsonFields fields)
    {
        switch (fields.Find("tool_calls"))
        {
            case null:
                return fields.Object("function_call") is null ? "" : $$"""[{"type":"function","function":{{fields.Find("function_call")!.Value.GetRawText()}}}]""";

            case { ValueKind: JsonValueKind.Array } calls:
                var index = calls.EnumerateArray().TakeWhile(call => call.ValueKind is JsonValueKind.Object).Count();

                if (index < calls.GetArrayLength())
                {
                    fields.Refuse($"tool_calls[{index}]", "must be an object");
                }

                return index == 0 ? "" : calls.GetRawText();

            default:
                fields.Refuse("tool_calls", "must be an array");
                return "";
        }
    }

    /// <param name="fields">The message's.</param>
    /// <param name="optional">An assistant that calls tools says nothing, and a tool may have nothing to say: null and absent are the empty text.</param>
    private static string ReadContent(JsonFields fields, bool optional)
    {
        switch (fields.Find("content"))
        {
            case { ValueKind: JsonValueKind.String } text:
                return text.GetString()!;

            case { ValueKind: JsonValueKind.Array } parts:
                return ReadParts(fields, parts);

            case null when optional:
                return "";

            case null:
                fields.Refuse("content", "is required");
                return "";

            default:
                fields.Refuse("content", "must be a string or an array of text parts");
                return "";
        }
    }

    /// <summary>Parts are joined by a newline, as vLLM does for templates that take one string.</summary>
    private static string ReadParts(JsonFields fields, JsonElement parts)
    {
        var content = new StringBuilder();
        var index = 0;

        foreach (var part in parts.EnumerateArray())
        {
            var path = $"content[{index++}]";

            if (part.ValueKind is not JsonValueKind.Object)
            {
                fields.Refuse(path, "must be an object");
                return "";
            }

            var partFields = new JsonFields(part, fields.PathOf(path), fields.Problems);

            // An assistant's earlier refusal is text that it said, under a name of its own.
            var kind = partFields.String("type");

            if (kind is not ("text" or "refusal"))
            {
                partFields.Refuse("type", "only text parts are supported");
                return "";
            }

            if (partFields.String(kind) is not { } text)
            {
                partFields.Refuse(kind, "is required");
                return "";
            }

            content.Append(index > 1 ? "\n" : "").Append(text);
        }

        return content.ToString();
    }
}
