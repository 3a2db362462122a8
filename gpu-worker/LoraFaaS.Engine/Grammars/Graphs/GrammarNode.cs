namespace LoraFaaS.Engine.Grammars.Graphs;

/// <summary>One node of a grammar's graph: reads a byte, chooses without reading, calls a rule, or ends one.</summary>
internal abstract record GrammarNode
{
    private GrammarNode()
    {
    }

    /// <summary>The rule is over: go on where it was called.</summary>
    public sealed record End : GrammarNode;

    public sealed record Bytes(ByteEdge[] Edges) : GrammarNode;

    public sealed record Choice(int[] Targets) : GrammarNode;

    /// <summary>Runs another rule, then goes on at <paramref name="Return"/>.</summary>
    public sealed record Call(int Rule, int Return) : GrammarNode;
}
