namespace LoraFaaS.Engine.Grammars.Graphs;

/// <summary>
/// The least number of frames each node needs until its rule ends: the least fixed point, by a worklist. A node that never ends (a value that must
/// contain itself) keeps <see cref="Never"/>, so a generation is never led to where it cannot finish.
/// </summary>
internal static class FrameDepths
{
    public const int Never = int.MaxValue / 2;

    public static int[] Measure(GrammarNode[] nodes, int[] rules)
    {
        var depths = Enumerable.Repeat(Never, nodes.Length).ToArray();
        var dependents = Dependents(nodes, rules);
        var changed = new Stack<int>(Enumerable.Range(0, nodes.Length).Where(node => nodes[node] is GrammarNode.End));

        foreach (var end in changed)
        {
            depths[end] = 0;
        }

        while (changed.TryPop(out var node))
        {
            foreach (var dependent in dependents[node])
            {
                var depth = Of(nodes[dependent], rules, depths);

                if (depth < depths[dependent])
                {
                    depths[dependent] = depth;
                    changed.Push(dependent);
                }
            }
        }

        return depths;
    }

    private static int Of(GrammarNode node, int[] rules, int[] depths) => node switch
    {
        GrammarNode.End => 0,
        GrammarNode.Bytes bytes => bytes.Edges.Min(edge => depths[edge.Target]),
        GrammarNode.Choice choice => choice.Targets.Min(target => depths[target]),
        GrammarNode.Call { Return: GraphBuilder.End } call => depths[rules[call.Rule]],
        GrammarNode.Call call => Math.Min(Never, Math.Max(depths[rules[call.Rule]] + 1, depths[call.Return])),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static List<int>[] Dependents(GrammarNode[] nodes, int[] rules)
    {
        var dependents = new List<int>[nodes.Length];

        for (var node = 0; node < nodes.Length; node++)
        {
            dependents[node] = [];
        }

        for (var node = 0; node < nodes.Length; node++)
        {
            foreach (var target in Targets(nodes[node], rules))
            {
                dependents[target].Add(node);
            }
        }

        return dependents;
    }

    private static IEnumerable<int> Targets(GrammarNode node, int[] rules) => node switch
    {
        GrammarNode.End => [],
        GrammarNode.Bytes bytes => bytes.Edges.Select(edge => edge.Target),
        GrammarNode.Choice choice => choice.Targets,
        GrammarNode.Call call => [rules[call.Rule], call.Return],
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
