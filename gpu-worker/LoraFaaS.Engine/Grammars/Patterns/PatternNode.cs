namespace LoraFaaS.Engine.Grammars.Patterns;

/// <summary>A regular expression, parsed.</summary>
internal abstract record PatternNode
{
    private PatternNode()
    {
    }

    /// <summary>One character of a set.</summary>
    public sealed record Letters(CharacterSet Set) : PatternNode;

    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    public sealed record Choice(IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <summary>Null is without end.</summary>
    public sealed record Repeat(PatternNode Body, int Min, int? Max) : PatternNode;

    /// <summary>The start of the text, or its end.</summary>
    public sealed record Anchor(bool IsStart) : PatternNode;
}
