using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;
using LoraFaaS.Engine.Grammars.Patterns;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>
/// Strings: by length, or by pattern. The shape of a few formats is kept too where nothing else is said; the rest of format is an annotation, as
/// JSON Schema has it.
/// </summary>
internal sealed class StringRule(GraphBuilder graph, JsonRules json)
{
    private const string Date = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    private const string Time = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";

    private readonly PatternRule _patterns = new(graph, json);

    public IEnumerable<int> Build(IReadOnlyList<SchemaPlace> schemas)
    {
        var min = schemas.Max(schema => schema.Count("minLength") ?? 0);
        var max = schemas.Min(schema => schema.Count("maxLength"));
        var patterns = schemas.Where(schema => schema.Find("pattern") is not null).ToList();

        if (patterns.Count > 0)
        {
            return [BuildPattern(patterns, hasLengths: min > 0 || max is not null)];
        }

        if (min > (max ?? int.MaxValue))
        {
            return [];
        }

        if (min == 0 && max is null && schemas.Select(schema => Shape(schema.Text("format"))).FirstOrDefault(shape => shape is not null) is { } format)
        {
            return [_patterns.Build(schemas[0], $"^{format}$", GraphBuilder.End)];
        }

        if (Math.Max(min, max ?? 0) > GrammarLimits.Nodes)
        {
            throw schemas[0].Refuse($"minLength and maxLength may be at most {GrammarLimits.Nodes}");
        }

        return [json.BuildString(min, max, GraphBuilder.End)];
    }

    private int BuildPattern(List<SchemaPlace> patterns, bool hasLengths)
    {
        var texts = patterns.Select(schema => schema.Text("pattern")!).Distinct().ToList();

        if (texts.Count > 1)
        {
            throw patterns[1].Refuse("two patterns for one string are not supported");
        }

        if (hasLengths)
        {
            throw patterns[0].Refuse("pattern cannot stand beside minLength or maxLength");
        }

        return _patterns.Build(patterns[0], texts[0], GraphBuilder.End);
    }

    /// <summary>RFC 3339 and RFC 4122. Days end at 28: a grammar does not know the months.</summary>
    private static string? Shape(string? format) => format switch
    {
        "date" => Date,
        "time" => Time,
        "date-time" => $"{Date}T{Time}",
        "uuid" => "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        _ => null,
    };
}
