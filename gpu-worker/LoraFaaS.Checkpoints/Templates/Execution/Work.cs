using System.Runtime.CompilerServices;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>
/// What one rendering may spend. A real template takes some hundred steps a message; the bounds are for one written to hang or to
/// fill memory, and end it within about a second and two hundred megabytes.
/// </summary>
internal sealed class Work
{
    private const int MaxSteps = 2_000_000;

    /// <summary>Characters made, the discarded ones included.</summary>
    private const long MaxMade = 64L << 20;

    /// <summary>A list's item, with the value it points to, weighs about as much.</summary>
    private const int CharactersPerItem = 16;

    /// <summary>Macros calling macros.</summary>
    private const int MaxDepth = 60;

    private int _steps;
    private long _made;
    private int _depth;

    public void Step()
    {
        if (++_steps > MaxSteps)
        {
            throw new RenderException(RenderFault.TooMuch, $"takes more than {MaxSteps} steps");
        }

        // Expressions and values nest as deep as a template likes to build them, and a stack that overflows takes the process along.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new RenderException(RenderFault.TooMuch, "nests too deep");
        }
    }

    /// <summary>Called before something of this size is made.</summary>
    public void Make(long size)
    {
        _made += size;
        if (_made > MaxMade)
        {
            throw new RenderException(RenderFault.TooMuch, $"makes more than {MaxMade} characters");
        }
    }

    public void MakeItems(long count) => Make(count * CharactersPerItem);

    public void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new RenderException(RenderFault.TooMuch, $"calls macros deeper than {MaxDepth}");
        }
    }

    public void Leave() => _depth--;
}
