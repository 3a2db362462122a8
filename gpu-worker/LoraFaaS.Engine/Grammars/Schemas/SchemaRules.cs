using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>
/// Turns schemas into rules: one rule for each conjunction of schemas that some value must satisfy. Rules are built from a queue, not by
/// recursion, so a schema cannot exhaust the stack.
/// </summary>
internal sealed class SchemaRules
{
    private readonly GraphBuilder _graph;
    private readonly JsonRules _json;
    private readonly Alternatives _alternatives = new();
    private readonly Dictionary<string, int> _rules = new(StringComparer.Ordinal);
    private readonly Queue<(int Rule, IReadOnlyList<SchemaPlace> Conjunction)> _open = [];
    private readonly ObjectRule _object;
    private readonly ArrayRule _array;
    private readonly StringRule _string;
    private readonly NumberRule _number;

    public SchemaRules(GraphBuilder graph, JsonRules json)
    {
        (_graph, _json) = (graph, json);
        _object = new ObjectRule(graph, json, RuleOf);
        _array = new ArrayRule(json, new UniqueItems(graph, json, _alternatives), RuleOf);
        _string = new StringRule(graph, json);
        _number = new NumberRule(graph, json);
    }

    /// <summary>The rule of a whole document.</summary>
    public int Build(SchemaPlace root)
    {
        var rule = RuleOf([root]);

        while (_open.TryDequeue(out var next))
        {
            _graph.SetRule(next.Rule, BuildValue(next.Conjunction));
        }

        return rule;
    }

    private int RuleOf(IReadOnlyList<SchemaPlace> conjunction)
    {
        if (conjunction.All(schema => schema.Element.ValueKind is System.Text.Json.JsonValueKind.True))
        {
            return _json.Value;
        }

        var name = string.Join('\n', conjunction.Select(schema => schema.Path).Distinct().Order(StringComparer.Ordinal));

        if (!_rules.TryGetValue(name, out var rule))
        {
            rule = _graph.NewRule();
            _rules.Add(name, rule);
            _open.Enqueue((rule, conjunction));
        }

        return rule;
    }

    private int BuildValue(IReadOnlyList<SchemaPlace> conjunction) =>
        _graph.Choice([.. _alternatives.Of(conjunction).SelectMany(BuildAlternative)]);

    private IEnumerable<int> BuildAlternative(IReadOnlyList<SchemaPlace> schemas)
    {
        if (Literals.Find(schemas) is { } literals)
        {
            return literals.Select(literal => _json.BuildLiteral(literal, GraphBuilder.End));
        }

        var types = TypesOf(schemas);

        if (types == JsonTypes.All && schemas.All(schema => Keywords.Implied(schema) is JsonTypes.None))
        {
            return [_graph.Call(_json.Value, GraphBuilder.End)];
        }

        return new[] { JsonTypes.Object, JsonTypes.Array, JsonTypes.String, JsonTypes.Number, JsonTypes.Boolean, JsonTypes.Null }
            .Where(type => (types & type) != 0)
            .SelectMany(type => BuildType(type & types, schemas));
    }

    private IEnumerable<int> BuildType(JsonTypes type, IReadOnlyList<SchemaPlace> schemas) => type switch
    {
        JsonTypes.Object => _object.Build(schemas),
        JsonTypes.Array => _array.Build(schemas),
        JsonTypes.String => _string.Build(schemas),
        JsonTypes.Boolean => [_graph.Bytes("true"u8, GraphBuilder.End), _graph.Bytes("false"u8, GraphBuilder.End)],
        JsonTypes.Null => [_graph.Bytes("null"u8, GraphBuilder.End)],
        _ => _number.Build(schemas, allowsFractions: (type & JsonTypes.Fraction) != 0),
    };

    /// <summary>What type allows; where nobody states one, the types that the other keywords speak of: a schema with properties means an object.</summary>
    private static JsonTypes TypesOf(IReadOnlyList<SchemaPlace> schemas)
    {
        var stated = schemas.Select(Keywords.Stated).Where(types => types is not null).ToList();

        if (stated.Count > 0)
        {
            return stated.Aggregate(JsonTypes.All, (all, types) => all & types!.Value);
        }

        var implied = schemas.Aggregate(JsonTypes.None, (types, schema) => types | Keywords.Implied(schema));
        return implied is JsonTypes.None ? JsonTypes.All : implied;
    }
}
