using LoraFaaS.Engine.Grammars.Vocabulary;

namespace LoraFaaS.Engine.Grammars.Graphs;

/// <summary>A finished grammar: nodes, the start node of each rule, and what can be known of them before any byte is read.</summary>
internal sealed class GrammarGraph
{
    /// <summary>Bytes that no edge tells apart, in classes: the class of each byte.</summary>
    private readonly byte[] _classes;

    public GrammarGraph(GrammarNode[] nodes, int[] rules, int root)
    {
        (Nodes, Rules, Root) = (nodes, rules, root);
        MinDepth = FrameDepths.Measure(nodes, rules);
        DeepestMinimum = MinDepth.Where(depth => depth <= GrammarLimits.Depth).DefaultIfEmpty(0).Max();
        (_classes, Representatives) = Classify(nodes);
        Plain = [.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(TokenTrie.IsPlain).DistinctBy(value => _classes[value])];
    }

    public GrammarNode[] Nodes { get; }

    public int[] Rules { get; }

    /// <summary>The rule that a whole text is.</summary>
    public int Root { get; }

    /// <summary>For each node, how many frames deep its rule must still go to be completed. <see cref="FrameDepths.Never"/>: it cannot be.</summary>
    public int[] MinDepth { get; }

    public int DeepestMinimum { get; }

    /// <summary>One byte of each class.</summary>
    public byte[] Representatives { get; }

    /// <summary>Representatives of the classes that plain bytes are in.</summary>
    public byte[] Plain { get; }

    public bool AcceptsAnything => MinDepth[Rules[Root]] <= GrammarLimits.Depth;

    public int ClassOf(byte value) => _classes[value];

    private static (byte[] Classes, byte[] Representatives) Classify(GrammarNode[] nodes)
    {
        var cuts = new bool[257];
        cuts[0] = true;

        foreach (var edge in nodes.OfType<GrammarNode.Bytes>().SelectMany(node => node.Edges))
        {
            cuts[edge.Low] = cuts[edge.High + 1] = true;
        }

        var classes = new byte[256];
        var representatives = new List<byte>();

        for (var value = 0; value < 256; value++)
        {
            if (cuts[value])
            {
                representatives.Add((byte)value);
            }

            classes[value] = (byte)(representatives.Count - 1);
        }

        return (classes, [.. representatives]);
    }
}
