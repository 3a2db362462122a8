using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>Arrays: prefixItems by index, then items, between minItems and maxItems.</summary>
internal sealed class ArrayRule(JsonRules json, Func<IReadOnlyList<SchemaPlace>, int> ruleOf)
{
    public IEnumerable<int> Build(IReadOnlyList<SchemaPlace> schemas)
    {
        foreach (var schema in schemas)
        {
            if (schema.Find("uniqueItems") is { ValueKind: not System.Text.Json.JsonValueKind.False })
            {
                throw schema.Refuse("uniqueItems is not supported");
            }
        }

        var distinct = schemas.Max(schema => schema.Children("prefixItems")?.Count ?? 0);
        var min = schemas.Max(schema => schema.Count("minItems") ?? 0);
        var max = schemas.Min(schema => schema.Count("maxItems"));

        for (var index = 0; index <= distinct; index++)
        {
            if (SchemasOf(index, schemas).Exists(schema => schema.ForbidsAll))
            {
                max = Math.Min(index, max ?? int.MaxValue);
            }
        }

        if (min > (max ?? int.MaxValue))
        {
            return [];
        }

        if (Math.Max(min, max ?? 0) > GrammarLimits.Nodes)
        {
            throw schemas[0].Refuse($"minItems and maxItems may be at most {GrammarLimits.Nodes}");
        }

        return [json.BuildList('[', ']', index => ruleOf(SchemasOf(Math.Min(index, distinct), schemas)), distinct, min, max, GraphBuilder.End)];
    }

    private static List<SchemaPlace> SchemasOf(int index, IReadOnlyList<SchemaPlace> schemas)
    {
        var conjunction = new List<SchemaPlace>();

        foreach (var schema in schemas)
        {
            var prefix = schema.Children("prefixItems") ?? [];

            if ((index < prefix.Count ? prefix[index] : schema.Child("items")) is { } stated)
            {
                conjunction.Add(stated);
            }
        }

        return conjunction;
    }
}
