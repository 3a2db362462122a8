using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;
using LoraFaaS.Engine.Grammars.Schemas;

namespace LoraFaaS.Engine.Grammars.Patterns;

/// <summary>
/// A JSON string whose content matches a pattern somewhere (JSON Schema does not anchor). Characters have one spelling: themselves, or the
/// shortest escape where JSON demands one.
/// </summary>
internal sealed class PatternRule(GraphBuilder graph, JsonRules json)
{
    /// <summary>Sets beyond ASCII take several nodes each; as rules they are built once, however often a repeat names them.</summary>
    private readonly Dictionary<string, int> _sets = new(StringComparer.Ordinal);

    public int Build(SchemaPlace schema, string pattern, int next)
    {
        var close = json.Byte('"', next);
        var parsed = PatternParser.Parse(schema, pattern);
        var options = parsed is PatternNode.Choice choice ? choice.Options : [parsed];
        return json.Byte('"', graph.Choice([.. options.Select(option => BuildOption(schema, option, close))]));
    }

    private int BuildOption(SchemaPlace schema, PatternNode option, int close)
    {
        var parts = option is PatternNode.Sequence sequence ? [.. sequence.Parts] : new List<PatternNode> { option };

        // ^(a|b)$ is often written as (^a$|^b$) or with the anchors inside one group: look into a lone group.
        if (parts is [PatternNode.Choice inner])
        {
            return graph.Choice([.. inner.Options.Select(each => BuildOption(schema, each, close))]);
        }

        if (parts is [PatternNode.Sequence lone])
        {
            return BuildOption(schema, lone, close);
        }

        var isStarted = parts is [PatternNode.Anchor { IsStart: true }, ..];
        var isEnded = parts is [.., PatternNode.Anchor { IsStart: false }];
        var body = new PatternNode.Sequence(parts[(isStarted ? 1 : 0)..(isEnded ? ^1 : ^0)]);
        var built = Build(schema, body, isEnded ? close : AnyLetters(close));
        return isStarted ? built : AnyLetters(built);
    }

    private int AnyLetters(int next) => graph.Loop(after => Letters(CharacterSet.Any, after), next);

    private int Build(SchemaPlace schema, PatternNode node, int next) => node switch
    {
        PatternNode.Letters letters => Letters(letters.Set, next),
        PatternNode.Sequence sequence => sequence.Parts.Reverse().Aggregate(next, (after, part) => Build(schema, part, after)),
        PatternNode.Choice choice => graph.Choice([.. choice.Options.Select(option => Build(schema, option, next))]),
        PatternNode.Repeat repeat => graph.Repeat(after => Build(schema, repeat.Body, after), repeat.Min, repeat.Max, next),
        PatternNode.Anchor => throw schema.Refuse("pattern is supported with ^ only at its start and $ only at its end"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private int Letters(CharacterSet set, int next)
    {
        var name = string.Join(',', set.Ranges);

        if (!_sets.TryGetValue(name, out var rule))
        {
            rule = graph.NewRule(BuildSet(set));
            _sets.Add(name, rule);
        }

        return graph.Call(rule, next);
    }

    private int BuildSet(CharacterSet set)
    {
        var spelled = new List<int>();
        var plain = new List<(int Low, int High)>();

        foreach (var (low, high) in set.Ranges)
        {
            var from = low;

            for (var letter = low; letter <= Math.Min(high, '\\'); letter++)
            {
                if (JsonSpelling.Escape(letter) is { } escape)
                {
                    spelled.Add(graph.Bytes(System.Text.Encoding.ASCII.GetBytes(escape), GraphBuilder.End));
                    plain.Add((from, letter - 1));
                    from = letter + 1;
                }
            }

            plain.Add((from, high));
        }

        return graph.Choice([json.BuildRanges(plain.SelectMany(range => Utf8Ranges.Split(range.Low, range.High)), GraphBuilder.End), .. spelled]);
    }
}
