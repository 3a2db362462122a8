using System.Text;
using System.Text.Json;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Requests;

/// <summary>The schema of a call that may be of any of several tools, and the way back from a place in it to the tool.</summary>
internal static class ToolSchemas
{
    private const string Alternative = "/anyOf/";
    private const string Arguments = "/properties/arguments";

    /// <summary>
    /// The name comes first, so that the arguments are those of the function it names. Each tool's parameters get an <c>$id</c>: their <c>#/$defs/...</c> are looked for in themselves, and
    /// two tools may use one name for different things.
    /// </summary>
    public static string AnyOf(IReadOnlyList<OfferedTool> tools)
    {
        var schema = new StringBuilder("""{"anyOf":[""");

        for (var i = 0; i < tools.Count; i++)
        {
            schema.Append(i == 0 ? "" : ",")
                .Append("""{"type":"object","properties":{"name":{"const":""").Append('"').Append(JsonEncodedText.Encode(tools[i].Name)).Append('"')
                .Append("""},"arguments":""").Append(AsResource(i, tools[i].Parameters))
                .Append("""},"required":["name","arguments"],"additionalProperties":false}""");
        }

        return schema.Append("]}").ToString();
    }

    /// <summary>
    /// A refusal of the joint schema in the words of the request: which tool, and where in its parameters. One that is of no single tool, as of a schema that is too large, is of tools.
    /// </summary>
    /// <param name="problem">The refusal.</param>
    /// <param name="places">The places of the joined tools among the request's; null: all of them were joined.</param>
    public static Problem Rename(Problem problem, IReadOnlyList<int>? places)
    {
        var at = problem.Message.IndexOf(Alternative, StringComparison.Ordinal);
        var arguments = at < 0 ? -1 : problem.Message.IndexOf(Arguments, at, StringComparison.Ordinal);

        if (arguments < 0 || !int.TryParse(problem.Message.AsSpan((at + Alternative.Length)..arguments), out var tool))
        {
            return problem with { Field = "tools" };
        }

        var rest = problem.Message[(arguments + Arguments.Length)..];
        return problem with
        {
            Field = FieldOf(places?[tool] ?? tool),
            Message = problem.Message[..at] + (rest.StartsWith('/') ? rest : "the root" + rest),
        };
    }

    public static string FieldOf(int tool) => FormattableString.Invariant($"tools[{tool}].function.parameters");

    private static string AsResource(int tool, string parameters)
    {
        using var document = JsonDocument.Parse(parameters);

        if (document.RootElement.TryGetProperty("$id", out _))
        {
            return parameters;
        }

        var isEmpty = !document.RootElement.EnumerateObject().Any();
        return FormattableString.Invariant($$"""{"$id":"tool:{{tool}}"{{(isEmpty ? "" : ",")}}""") + parameters.AsSpan().TrimStart()[1..].ToString();
    }
}
