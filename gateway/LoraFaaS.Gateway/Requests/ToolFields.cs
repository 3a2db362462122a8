using System.Text.Json;

namespace LoraFaaS.Gateway.Requests;

/// <summary>Reads <c>tools</c> and <c>tool_choice</c>. A call that has to be made is what constrained decoding makes of the function's own parameters.</summary>
internal static class ToolFields
{
    /// <summary>OpenAI's bound.</summary>
    private const int MostTools = 128;

    /// <summary>What a function without parameters takes.</summary>
    private const string NoParameters = """{"type":"object","properties":{},"additionalProperties":false}""";

    /// <summary>Handed to the chat template as it came. "none" is how a client says that the tools it lists are not to be used.</summary>
    /// <returns>The array's text, empty where there is nothing to offer, and the call that has to be made; null: the text is the answer.</returns>
    public static (string Json, ToolChoice? Choice) Read(JsonFields fields)
    {
        var tools = fields.Find("tools");
        var named = new List<(string Name, string Parameters)>();

        if (tools is { } given && !TryRead(fields, given, named))
        {
            return ("", null);
        }

        var unwanted = fields.Find("tool_choice") is { ValueKind: JsonValueKind.String } choice && choice.ValueEquals("none");
        return (unwanted || named.Count == 0 ? "" : tools!.Value.GetRawText(), ReadChoice(fields, named));
    }

    private static bool TryRead(JsonFields fields, JsonElement tools, List<(string Name, string Parameters)> named)
    {
        if (tools.ValueKind is not JsonValueKind.Array || tools.GetArrayLength() > MostTools)
        {
            fields.Refuse("tools", $"must be an array of at most {MostTools} tools");
            return false;
        }

        foreach (var tool in tools.EnumerateArray())
        {
            var path = $"tools[{named.Count}]";

            if (tool.ValueKind is not JsonValueKind.Object)
            {
                fields.Refuse(path, "must be an object");
                return false;
            }

            var function = new JsonFields(tool, fields.PathOf(path), fields.Problems).Object("function");

            if (function?.String("name") is not { Length: > 0 } name)
            {
                fields.Refuse($"{path}.function.name", "is required");
                return false;
            }

            named.Add((name, function.Value.Object("parameters") is null ? NoParameters : function.Value.Find("parameters")!.Value.GetRawText()));
        }

        return !fields.Problems.Any;
    }

    private static ToolChoice? ReadChoice(JsonFields fields, List<(string Name, string Parameters)> tools)
    {
        const string Name = "tool_choice";

        switch (fields.Find(Name))
        {
            case null:
                return null;

            case { ValueKind: JsonValueKind.String } word when word.ValueEquals("none") || word.ValueEquals("auto"):
                return null;

            case { ValueKind: JsonValueKind.String } word when word.ValueEquals("required"):
                if (tools.Count == 0)
                {
                    fields.Refuse(Name, "needs tools");
                    return null;
                }

                return tools.Count == 1
                    ? new ToolChoice(tools[0].Name, 0, tools[0].Parameters, Required: true)
                    : new ToolChoice(null, null, ToolSchemas.AnyOf(tools), Required: true);

            case { ValueKind: JsonValueKind.Object }:
                var wanted = fields.Object(Name)?.Object("function")?.String("name");

                if (tools.FindIndex(tool => tool.Name == wanted) is >= 0 and var found)
                {
                    return new ToolChoice(wanted, found, tools[found].Parameters, Required: false);
                }

                fields.Refuse(Name, "must name one of tools");
                return null;

            default:
                fields.Refuse(Name, "must be none, auto, required or a function of tools");
                return null;
        }
    }
}
