using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Requests;

/// <summary>The answer has to be a call of a function that the request describes: which, and what its text is held to.</summary>
/// <param name="Function">The only one it can be; null: the text says which, as <c>{"name": …, "arguments": …}</c>.</param>
/// <param name="Tool">Its place among the tools; null as above.</param>
/// <param name="JsonSchema">Of the call's arguments, or of name and arguments.</param>
/// <param name="Required">A call was asked for rather than this one: OpenAI ends the two with different reasons.</param>
internal sealed record ToolChoice(string? Function, int? Tool, string JsonSchema, bool Required)
{
    /// <summary>What the engine calls a schema that it cannot hold a text to, wherever the schema came from.</summary>
    private const string SchemaField = "response_format";

    /// <summary>Where only some of the tools may be called: the place of each alternative among the tools. Null: all may be.</summary>
    public IReadOnlyList<int>? Places { get; init; }

    /// <summary>The caller gave no response format: what is wrong with the schema is wrong with a tool's parameters.</summary>
    public Problem Rename(Problem problem)
    {
        if (problem.Field != SchemaField)
        {
            return problem;
        }

        return Tool is { } tool ? problem with { Field = ToolSchemas.FieldOf(tool) } : ToolSchemas.Rename(problem, Places);
    }
}
