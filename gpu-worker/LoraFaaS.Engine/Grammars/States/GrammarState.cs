namespace LoraFaaS.Engine.Grammars.States;

/// <summary>
/// Every place where a text that was read so far may be. Immutable but for what is filled in lazily, which is published by volatile writes:
/// any thread may read it.
/// </summary>
internal sealed class GrammarState(StateSpace space, Position[] positions, bool isComplete, bool escapes)
{
    private GrammarState?[]? _next;
    private GrammarMaskBits? _mask;

    public StateSpace Space => space;

    public Position[] Positions => positions;

    /// <summary>The text is a whole one as it stands.</summary>
    public bool IsComplete => isComplete;

    /// <summary>The text may have left the known frames: only a state with all its frames can tell what follows.</summary>
    public bool Escapes => escapes;

    /// <summary>No text goes on from here and none ends here.</summary>
    public bool IsDead => positions.Length == 0 && !isComplete && !escapes;

    internal GrammarState?[]? Transitions => Volatile.Read(ref _next);

    internal GrammarMaskBits? Mask
    {
        get => Volatile.Read(ref _mask);
        set => Volatile.Write(ref _mask, value);
    }

    public GrammarState Next(byte value)
    {
        var byteClass = space.Graph.ClassOf(value);
        var next = Transitions is { } known ? Volatile.Read(ref known[byteClass]) : null;
        return next ?? space.Step(this, byteClass);
    }

    public GrammarState Next(ReadOnlySpan<byte> bytes)
    {
        var state = this;

        foreach (var value in bytes)
        {
            state = state.Next(value);
        }

        return state;
    }

    internal void SetNext(int byteClass, GrammarState next, int classes)
    {
        var table = _next ?? new GrammarState?[classes];
        Volatile.Write(ref table[byteClass], next);
        Volatile.Write(ref _next, table);
    }
}
