using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Engine.Grammars.Graphs;

/// <summary>
/// Builds a graph from its end to its start: every method takes the node that follows and answers the node to enter by. A rule may be called
/// before it is set, which is how grammars recurse.
/// </summary>
internal sealed class GraphBuilder
{
    /// <summary>The node that ends whichever rule it is reached in.</summary>
    public const int End = 0;

    private readonly List<GrammarNode> _nodes = [new GrammarNode.End()];
    private readonly List<int> _rules = [];
    private readonly Dictionary<(byte Low, byte High, int Next), int> _ranges = [];
    private readonly Dictionary<(int Rule, int Next), int> _calls = [];

    public int Range(byte low, byte high, int next)
    {
        if (!_ranges.TryGetValue((low, high, next), out var node))
        {
            node = Add(new GrammarNode.Bytes([new ByteEdge(low, high, next)]));
            _ranges.Add((low, high, next), node);
        }

        return node;
    }

    public int Edges(params ByteEdge[] edges) => Add(new GrammarNode.Bytes(edges));

    public int Bytes(ReadOnlySpan<byte> text, int next)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            next = Range(text[i], text[i], next);
        }

        return next;
    }

    public int Choice(params int[] targets) => targets.Length == 1 ? targets[0] : Add(new GrammarNode.Choice(targets));

    public int Optional(int body, int next) => Choice(body, next);

    /// <summary>Any number of times what <paramref name="body"/> builds, then <paramref name="next"/>.</summary>
    public int Loop(Func<int, int> body, int next)
    {
        var loop = Add(new GrammarNode.Choice([]));
        _nodes[loop] = new GrammarNode.Choice([body(loop), next]);
        return loop;
    }

    /// <summary>From <paramref name="min"/> to <paramref name="max"/> times; null is without end.</summary>
    public int Repeat(Func<int, int> body, int min, int? max, int next)
    {
        var node = max is null ? Loop(body, next) : next;

        for (var i = min; max is { } most && i < most; i++)
        {
            node = Optional(body(node), next);
        }

        for (var i = 0; i < min; i++)
        {
            node = body(node);
        }

        return node;
    }

    public int Call(int rule, int next)
    {
        if (!_calls.TryGetValue((rule, next), out var node))
        {
            node = Add(new GrammarNode.Call(rule, next));
            _calls.Add((rule, next), node);
        }

        return node;
    }

    public int NewRule()
    {
        _rules.Add(Nothing());
        return _rules.Count - 1;
    }

    public int NewRule(int start)
    {
        _rules.Add(start);
        return _rules.Count - 1;
    }

    public void SetRule(int rule, int start) => _rules[rule] = start;

    /// <summary>A node that leads nowhere.</summary>
    public int Nothing() => Add(new GrammarNode.Choice([]));

    public GrammarGraph Build(int root) => new([.. _nodes], [.. _rules], root);

    private int Add(GrammarNode node)
    {
        if (_nodes.Count >= GrammarLimits.Nodes)
        {
            throw new RefusedException(GrammarCompiler.Field, $"is too large: it needs more than {GrammarLimits.Nodes} states");
        }

        _nodes.Add(node);
        return _nodes.Count - 1;
    }
}
