namespace LoraFaaS.Policies.Turns;

/// <summary>
/// How long a step, and a turn of several steps, may take beside others. A step cannot be broken off, so whoever comes with a promise waits for the end of the one that runs: it is to
/// cost a promise a quarter at most. A turn of one short step each would be spent on handing over: it goes on for a moment, unless one who waits cannot spare it.
/// </summary>
public static class TurnSlicePolicy
{
    /// <summary>Shorter steps read all weights for a few tokens; no promise is worth that.</summary>
    public static readonly TimeSpan LeastStep = TimeSpan.FromMilliseconds(8);

    /// <summary>Longest step while somebody waits who promised nothing.</summary>
    public static readonly TimeSpan LongestContended = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest turn of several steps, unless told otherwise: eighty times what handing over costs, and too short for a reader to notice.</summary>
    public static readonly TimeSpan Quantum = TimeSpan.FromMilliseconds(2);

    /// <summary>Parts of a promise, and of a margin, of which somebody else's step may take one.</summary>
    private const int Parts = 4;

    /// <summary>The same of a step whose own prompts were promised as little: cut small, several that come at once would break one another's for the sake of one that may not come.</summary>
    private const int PartsOfEquals = 2;

    /// <summary>Longest step; null: no bound, nobody else is in sight.</summary>
    /// <param name="others">Who else is on the device.</param>
    /// <param name="own">The shortest time to first token that the one whose step it is has promised of late; null: none.</param>
    public static TimeSpan? Step(ReadOnlySpan<TurnNeighbour> others, TimeSpan? own = null)
    {
        TimeSpan? longest = null;

        foreach (ref readonly var other in others)
        {
            if (other.IsWaiting)
            {
                longest = Least(longest, LongestContended);
            }

            if (other.Promised is { } promised)
            {
                longest = Least(longest, promised / (own <= promised ? PartsOfEquals : Parts));
            }
        }

        return longest < LeastStep ? LeastStep : longest;
    }

    /// <summary>How long the turn may go on from step to step, at most <paramref name="quantum"/>; zero: it ends with its step.</summary>
    public static TimeSpan Turn(ReadOnlySpan<TurnNeighbour> others, TimeSpan quantum)
    {
        var longest = quantum;

        foreach (ref readonly var other in others)
        {
            // Who is late anyhow is not helped by a shorter turn of somebody else's.
            if (other.IsWaiting && other.Margin >= TimeSpan.Zero && other.Margin / Parts < longest)
            {
                longest = other.Margin / Parts;
            }
        }

        return longest;
    }

    private static TimeSpan Least(TimeSpan? one, TimeSpan other) => one < other ? one.Value : other;
}
