using System.Text.Json;
using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>
/// Arrays in which no item comes twice, where items are a few given values: a state for each set of those that are left. Of items that have endlessly many values a grammar would have to remember
/// which came, and no grammar of finite size does.
/// </summary>
internal sealed class UniqueItems(GraphBuilder graph, JsonRules json, Alternatives alternatives)
{
    /// <summary>1 024 sets, and some 5 000 of a graph's nodes.</summary>
    private const int MostValues = 10;

    /// <param name="asking">Who says that they are unique; named in refusals.</param>
    /// <param name="items">What holds of each item; null: of some less or more.</param>
    /// <param name="min">Least items.</param>
    /// <param name="max">Most items; null: all that there are.</param>
    public IEnumerable<int> Build(SchemaPlace asking, IReadOnlyList<SchemaPlace>? items, int min, int? max)
    {
        if (items is null || ValuesOf(items) is not { Count: <= MostValues } values)
        {
            throw asking.Refuse($"uniqueItems is supported only where items is an enum, const, boolean or null of at most {MostValues} values in all, without prefixItems, or where maxItems is 1");
        }

        var most = Math.Min(values.Count, max ?? int.MaxValue);

        if (min > most)
        {
            return [];
        }

        var rules = values.Select(value => graph.NewRule(json.BuildLiteral(value, GraphBuilder.End))).ToArray();
        var none = json.Byte(']', GraphBuilder.End);
        var choices = Items(rules, Tails(rules, min, most), left: (1 << rules.Length) - 1);
        return [json.Byte('[', graph.Call(json.Space, graph.Choice(min == 0 ? [none, .. choices] : [.. choices])))];
    }

    /// <summary>What may follow an item, by the set of values that are left then; from the smallest sets up, since each leads to smaller ones.</summary>
    private int[] Tails(int[] rules, int min, int most)
    {
        var tails = new int[1 << rules.Length];
        var end = graph.Call(json.Space, json.Byte(']', GraphBuilder.End));

        // The full set is before any item, and has no tail.
        for (var left = 0; left < tails.Length - 1; left++)
        {
            var taken = rules.Length - int.PopCount(left);
            var ways = new List<int>();

            if (taken >= min)
            {
                ways.Add(end);
            }

            if (taken < most)
            {
                ways.AddRange(Items(rules, tails, left).Select(json.Comma));
            }

            tails[left] = ways.Count == 0 ? graph.Nothing() : graph.Choice([.. ways]);
        }

        return tails;
    }

    private IEnumerable<int> Items(int[] rules, int[] tails, int left) =>
        Enumerable.Range(0, rules.Length).Where(value => (left & (1 << value)) != 0).Select(value => graph.Call(rules[value], tails[left & ~(1 << value)]));

    /// <summary>Every value that an item can have; null: too many to name.</summary>
    private List<JsonElement>? ValuesOf(IReadOnlyList<SchemaPlace> items)
    {
        var values = new List<JsonElement>();

        foreach (var schemas in alternatives.Of(items))
        {
            if ((Literals.Find(schemas) ?? Literals.OfTypes(schemas)) is not { } some)
            {
                return null;
            }

            values.AddRange(some.Where(value => !values.Exists(other => JsonElement.DeepEquals(value, other))));
        }

        return values;
    }
}
