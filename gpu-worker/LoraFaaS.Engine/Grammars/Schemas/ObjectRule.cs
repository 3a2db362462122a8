using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>
/// Objects. Declared properties come in the schema's order, the optional ones or not; then additional ones, where the schema names them (or
/// declares no property at all). See decisions/0003.
/// </summary>
internal sealed class ObjectRule(GraphBuilder graph, JsonRules json, Func<IReadOnlyList<SchemaPlace>, int> ruleOf)
{
    public IEnumerable<int> Build(IReadOnlyList<SchemaPlace> schemas)
    {
        var required = schemas.SelectMany(schema => schema.Texts("required")).ToHashSet(StringComparer.Ordinal);
        var declared = schemas.Select(schema => schema.Named("properties").ToDictionary(property => property.Name, property => property.Schema, StringComparer.Ordinal)).ToList();
        var names = schemas.SelectMany(schema => schema.Named("properties").Select(property => property.Name)).Concat(required).Distinct().ToList();
        var members = new List<(string Name, int Value)>();

        foreach (var name in names)
        {
            if (SchemasOf(name, schemas, declared) is { } conjunction)
            {
                members.Add((name, ruleOf(conjunction)));
            }
            else if (required.Contains(name))
            {
                return [];
            }
        }

        var extra = ExtraRule(schemas, names);
        var (min, max) = CheckCounts(schemas, required.Count, members.Count, extra is not null);

        if (min > (max ?? int.MaxValue))
        {
            return [];
        }

        return [members.Count == 0 && extra is { } free ? json.BuildObject(free, min, max, GraphBuilder.End) : BuildMembers(members, required, extra)];
    }

    /// <summary>What the schemas say of one property; null: one of them forbids it.</summary>
    private static List<SchemaPlace>? SchemasOf(string name, IReadOnlyList<SchemaPlace> schemas, List<Dictionary<string, SchemaPlace>> declared)
    {
        var conjunction = schemas
            .Select((schema, i) => declared[i].GetValueOrDefault(name) ?? schema.Child("additionalProperties"))
            .OfType<SchemaPlace>()
            .ToList();

        return conjunction.Exists(schema => schema.ForbidsAll) ? null : conjunction;
    }

    /// <summary>The rule of a member beyond the declared ones; null: there may be none.</summary>
    private int? ExtraRule(IReadOnlyList<SchemaPlace> schemas, List<string> names)
    {
        var stated = schemas.Select(schema => schema.Child("additionalProperties")).OfType<SchemaPlace>().ToList();

        if (stated.Exists(schema => schema.ForbidsAll) || (stated.Count == 0 && names.Count > 0))
        {
            return null;
        }

        var value = json.Byte(':', graph.Call(json.Space, graph.Call(ruleOf(stated), GraphBuilder.End)));
        return graph.NewRule(names.Count == 0 ? graph.Call(json.String, value) : new OtherNames(graph, json).Build(names, value));
    }

    private static (int Min, int? Max) CheckCounts(IReadOnlyList<SchemaPlace> schemas, int required, int declared, bool hasExtra)
    {
        int? max = null;

        foreach (var schema in schemas)
        {
            // A name may come twice, so two members need not be two properties.
            if (schema.Count("minProperties") is { } min && min > required && !(min == 1 && declared == 0 && hasExtra))
            {
                throw schema.Refuse("minProperties beyond the required ones is not supported");
            }

            if (schema.Count("maxProperties") is { } most && (hasExtra ? declared > 0 : most < declared))
            {
                throw schema.Refuse("maxProperties is supported only where no property is declared, or all fit");
            }

            max = schema.Count("maxProperties") is { } limit ? Math.Min(limit, max ?? int.MaxValue) : max;
        }

        return (schemas.Any(schema => schema.Count("minProperties") > 0) ? 1 : 0, max);
    }

    /// <summary>
    /// Two chains from the last property to the first: before any member, where a property comes without a comma, and after one. Passing over
    /// an optional property stays in its chain.
    /// </summary>
    private int BuildMembers(List<(string Name, int Value)> members, HashSet<string> required, int? extra)
    {
        var none = json.Byte('}', GraphBuilder.End);
        var end = graph.Call(json.Space, none);
        var after = extra is { } more ? graph.Loop(again => json.Comma(graph.Call(more, again)), end) : end;
        var before = extra is { } first ? graph.Choice(none, graph.Call(first, after)) : none;

        for (var i = members.Count - 1; i >= 0; i--)
        {
            var (name, value) = members[i];
            var member = graph.Call(graph.NewRule(json.BuildMember(name, next => graph.Call(value, next), GraphBuilder.End)), after);
            var isRequired = required.Contains(name);
            before = isRequired ? member : graph.Optional(member, before);
            after = isRequired ? json.Comma(member) : graph.Optional(json.Comma(member), after);
        }

        return json.Byte('{', graph.Call(json.Space, before));
    }
}
