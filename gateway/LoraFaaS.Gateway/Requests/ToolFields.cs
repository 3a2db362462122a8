using System.Text.Json;

namespace LoraFaaS.Gateway.Requests;

/// <summary>Reads <c>tools</c>, and with <see cref="ToolChoiceFields"/> what is to be made of them. A call that has to be made is what constrained decoding makes of the function's own parameters.</summary>
internal static class ToolFields
{
    /// <summary>OpenAI's bound.</summary>
    private const int MostTools = 128;

    /// <summary>What a function without parameters takes.</summary>
    private const string NoParameters = """{"type":"object","properties":{},"additionalProperties":false}""";

    /// <summary>Handed to the chat template as it came, less what a choice takes out.</summary>
    /// <returns>The array's text, empty where there is nothing to offer, and the call that has to be made; null: the text is the answer.</returns>
    public static (string Json, ToolChoice? Choice) Read(JsonFields fields)
    {
        var tools = new List<OfferedTool>();

        if (fields.Find("tools") is { } given && !TryRead(fields, given, tools))
        {
            return ("", null);
        }

        var (offered, choice) = ToolChoiceFields.Read(fields, tools);
        return (offered.Count == 0 ? "" : offered.Count == tools.Count ? fields.Find("tools")!.Value.GetRawText() : $"[{string.Join(',', offered.Select(tool => tool.Json))}]", choice);
    }

    private static bool TryRead(JsonFields fields, JsonElement given, List<OfferedTool> tools)
    {
        if (given.ValueKind is not JsonValueKind.Array || given.GetArrayLength() > MostTools)
        {
            fields.Refuse("tools", $"must be an array of at most {MostTools} tools");
            return false;
        }

        foreach (var tool in given.EnumerateArray())
        {
            var path = $"tools[{tools.Count}]";

            if (tool.ValueKind is not JsonValueKind.Object)
            {
                fields.Refuse(path, "must be an object");
                return false;
            }

            var said = new JsonFields(tool, fields.PathOf(path), fields.Problems);

            if (said.String("type") is { } type && type != "function")
            {
                said.Refuse("type", "must be function: tools of other types are not served here");
                return false;
            }

            var function = said.Object("function");

            if (function?.String("name") is not { Length: > 0 } name)
            {
                fields.Refuse($"{path}.function.name", "is required");
                return false;
            }

            var parameters = function.Value.Object("parameters") is null ? NoParameters : function.Value.Find("parameters")!.Value.GetRawText();
            tools.Add(new OfferedTool(tools.Count, name, parameters, tool.GetRawText()));
        }

        return !fields.Problems.Any;
    }
}
