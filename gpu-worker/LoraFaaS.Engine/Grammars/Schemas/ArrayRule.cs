using System.Text.Json;
using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>Arrays: prefixItems by index, then items, between minItems and maxItems. Those whose items are to be unique are <see cref="UniqueItems"/>'s where more than one fits.</summary>
internal sealed class ArrayRule(JsonRules json, UniqueItems unique, Func<IReadOnlyList<SchemaPlace>, int> ruleOf)
{
    public IEnumerable<int> Build(IReadOnlyList<SchemaPlace> schemas)
    {
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

        if (max is not (0 or 1) && schemas.FirstOrDefault(AsksForUnique) is { } asking)
        {
            return unique.Build(asking, distinct == 0 ? SchemasOf(0, schemas) : null, min, max);
        }

        if (Math.Max(min, max ?? 0) > GrammarLimits.Nodes)
        {
            throw schemas[0].Refuse($"minItems and maxItems may be at most {GrammarLimits.Nodes}");
        }

        return [json.BuildList('[', ']', index => ruleOf(SchemasOf(Math.Min(index, distinct), schemas)), distinct, min, max, GraphBuilder.End)];
    }

    private static bool AsksForUnique(SchemaPlace schema) => schema.Find("uniqueItems") switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        _ => throw schema.Refuse("uniqueItems must be true or false"),
    };

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
