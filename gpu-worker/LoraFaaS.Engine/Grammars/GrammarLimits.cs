namespace LoraFaaS.Engine.Grammars;

/// <summary>How much of memory and time one caller's schema may cost. Every limit is a count, so that the same schema is refused on every machine.</summary>
internal static class GrammarLimits
{
    /// <summary>Bytes of a schema's text.</summary>
    public const int SchemaBytes = 128 * 1024;

    /// <summary>Characters of the way to a schema within its document. Each schema remembers its own, so that one long name above many would be kept as often as there are schemas below it.</summary>
    public const int PathLength = 2_048;

    /// <summary>Nodes of one graph, about 100 bytes each. <c>maxLength: 4000</c> costs 8 000.</summary>
    public const int Nodes = 60_000;

    /// <summary>Alternatives that anyOf, oneOf and allOf multiply to in one place.</summary>
    public const int Alternatives = 512;

    /// <summary>Frames a generation may be deep: objects and arrays inside each other. JSON readers stop at 64 by default.</summary>
    public const int Depth = 62;

    /// <summary>Units of work (see <see cref="States.StateSpace.Work"/>) one mask may take, about 25 ms. Ordinary schemas take under 2 000.</summary>
    public const long MaskWork = 500_000;

    /// <summary>Units of work spent on masks before they are needed.</summary>
    public const long WarmWork = 500_000;

    /// <summary>Bytes of states and masks kept for one grammar before they are built anew; 128 000 tokens' mask is 16 kB.</summary>
    public const long SpaceBytes = 16 << 20;

    /// <summary>Spaces and line feeds have an end, or a sequence could spend all its tokens on them.</summary>
    public const int Indentation = 20;
}
