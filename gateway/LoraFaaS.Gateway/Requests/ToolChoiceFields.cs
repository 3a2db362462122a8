using System.Text.Json;

namespace LoraFaaS.Gateway.Requests;

/// <summary>Reads <c>tool_choice</c>: which of the tools the model is to hear of, and whether it has to call one.</summary>
internal static class ToolChoiceFields
{
    private const string Name = "tool_choice";
    private const string Allowed = "allowed_tools";
    private const string Required = "required";
    private const string Auto = "auto";

    private static readonly (IReadOnlyList<OfferedTool>, ToolChoice?) Nothing = ([], null);

    /// <summary>"none" is how a client says that the tools it lists are not to be used.</summary>
    public static (IReadOnlyList<OfferedTool> Offered, ToolChoice? Choice) Read(JsonFields fields, IReadOnlyList<OfferedTool> tools)
    {
        switch (fields.Find(Name))
        {
            case null:
            case { ValueKind: JsonValueKind.String } word when word.ValueEquals(Auto):
                return (tools, null);

            case { ValueKind: JsonValueKind.String } word when word.ValueEquals("none"):
                return Nothing;

            case { ValueKind: JsonValueKind.String } word when word.ValueEquals(Required):
                if (tools.Count > 0)
                {
                    return (tools, AnyOf(tools));
                }

                fields.Refuse(Name, "needs tools");
                return Nothing;

            case { ValueKind: JsonValueKind.Object }:
                return ReadObject(fields.Object(Name)!.Value, tools);

            default:
                fields.Refuse(Name, "must be none, auto, required, a function of tools or allowed_tools");
                return Nothing;
        }
    }

    private static (IReadOnlyList<OfferedTool> Offered, ToolChoice? Choice) ReadObject(JsonFields choice, IReadOnlyList<OfferedTool> tools)
    {
        switch (choice.String("type") ?? "function")
        {
            case "function" when Find(choice, tools) is { } tool:
                return (tools, new ToolChoice(tool.Name, tool.Index, tool.Parameters, Required: false));

            case "function":
                choice.Problems.Add(Name, "must name one of tools");
                return Nothing;

            case Allowed when choice.Object(Allowed) is { } allowed:
                return ReadAllowed(allowed, tools);

            case Allowed:
                choice.Refuse(Allowed, "is required");
                return Nothing;

            default:
                choice.Refuse("type", "must be function or allowed_tools");
                return Nothing;
        }
    }

    /// <summary>
    /// Some of the tools, by name. Where one has to be called the model hears of all, so that what it has computed of the prompt stands for any choice of them, and the decoding holds it to these; where it is
    /// free to answer nothing else would keep it from the others, so it hears of these alone.
    /// </summary>
    private static (IReadOnlyList<OfferedTool> Offered, ToolChoice? Choice) ReadAllowed(JsonFields allowed, IReadOnlyList<OfferedTool> tools)
    {
        const string Tools = "tools";
        var named = new SortedDictionary<int, OfferedTool>();

        if (allowed.Find(Tools) is not { ValueKind: JsonValueKind.Array } given || given.GetArrayLength() == 0)
        {
            allowed.Refuse(Tools, "must be an array of at least one tool");
            return Nothing;
        }

        var index = 0;

        foreach (var tool in given.EnumerateArray())
        {
            var path = $"{Tools}[{index++}]";

            if (tool.ValueKind is not JsonValueKind.Object || Find(new JsonFields(tool, allowed.PathOf(path), allowed.Problems), tools) is not { } known)
            {
                allowed.Refuse(path, "must name one of the request's tools");
                return Nothing;
            }

            named[known.Index] = known;
        }

        switch (allowed.String("mode"))
        {
            case Auto:
                return ([.. named.Values], null);

            case Required:
                return (tools, AnyOf([.. named.Values]) with { Places = named.Count < tools.Count ? [.. named.Keys] : null });

            default:
                allowed.Refuse("mode", "must be auto or required");
                return Nothing;
        }
    }

    private static OfferedTool? Find(JsonFields reference, IReadOnlyList<OfferedTool> tools) =>
        reference.Object("function")?.String("name") is { } name ? tools.FirstOrDefault(tool => tool.Name == name) : null;

    private static ToolChoice AnyOf(IReadOnlyList<OfferedTool> tools) => tools.Count == 1
        ? new ToolChoice(tools[0].Name, tools[0].Index, tools[0].Parameters, Required: true)
        : new ToolChoice(null, null, ToolSchemas.AnyOf(tools), Required: true);
}
