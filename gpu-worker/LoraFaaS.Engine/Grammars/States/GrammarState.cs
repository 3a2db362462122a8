namespace LoraFaaS.Engine.Grammars.States;

/// <summary>
/// Every place where a text that was read so far may be. Immutable but for what is filled in lazily, which is published by volatile writes:
/// any thread may read it.
/// </summary>
internal sealed class GrammarState(StateSpace space, Position[] positions, bool isComplete, bool escapes)
{
    /// <summary>Words are rarely longer; what is counted further would be computed for nothing.</summary>
    private const int LongestRun = 32;

    private GrammarState?[]? _next;
    private int _plainRun = -1;
    private GrammarMaskBits? _mask;

    public StateSpace Space => space;

    public Position[] Positions => positions;

    /// <summary>The text is a whole one as it stands.</summary>
    public bool IsComplete => isComplete;

    /// <summary>The text may have left the known frames: only a state with all its frames can tell what follows.</summary>
    public bool Escapes => escapes;

    /// <summary>No text goes on from here and none ends here.</summary>
    public bool IsDead => positions.Length == 0 && !isComplete && !escapes;

    /// <summary>
    /// How many plain bytes, whichever they are, the text may go on with: in a string as many as fit. It is what spares a mask most of the vocabulary.
    /// </summary>
    public int PlainRun => _plainRun >= 0 ? _plainRun : _plainRun = CountPlainRun();

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

    private int CountPlainRun()
    {
        var (state, run) = (this, 0);

        while (run < LongestRun)
        {
            var next = state.Next(space.Graph.Plain[0]);

            foreach (var value in space.Graph.Plain)
            {
                if (next.IsDead || !ReferenceEquals(next, state.Next(value)))
                {
                    return run;
                }
            }

            if (ReferenceEquals(next, state))
            {
                return LongestRun;
            }

            (state, run) = (next, run + 1);
        }

        return run;
    }

    internal void SetNext(int byteClass, GrammarState next, int classes)
    {
        var table = _next ?? new GrammarState?[classes];
        Volatile.Write(ref table[byteClass], next);
        Volatile.Write(ref _next, table);
    }
}
