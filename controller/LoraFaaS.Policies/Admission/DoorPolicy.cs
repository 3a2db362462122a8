namespace LoraFaaS.Policies.Admission;

/// <summary>
/// Who goes next when a place is free, and who leaves when even the queue is full: max-min fairness of places over namespaces, by weight. A namespace that
/// floods the door waits behind itself.
/// </summary>
public static class DoorPolicy
{
    public const int Nobody = -1;

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    /// <summary>The line that would hold the least with one call more; of two alike, the one who came first.</summary>
    public static int Next(ReadOnlySpan<DoorLine> lines)
    {
        var best = Nobody;

        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index].NextCost > 0 && (best == Nobody || Precedes(lines[index], lines[best])))
            {
                best = index;
            }
        }

        return best;
    }

    /// <summary>The line whose last one makes room for a newcomer of <paramref name="newcomer"/>; <see cref="Nobody"/>: the newcomer itself is refused.</summary>
    /// <param name="newcomer">The index of the newcomer's line, before it is counted.</param>
    /// <param name="cost">The inverse of the newcomer's weight.</param>
    public static int Displaced(ReadOnlySpan<DoorLine> lines, int newcomer, double cost)
    {
        var largest = Nobody;

        for (var index = 0; index < lines.Length; index++)
        {
            if (index != newcomer && lines[index].NextCost > 0 && (largest == Nobody || lines[index].Waiting > lines[largest].Waiting))
            {
                largest = index;
            }
        }

        // Only where it stays the larger one without its last: two lines must not push each other out for ever.
        return largest != Nobody && lines[largest].Waiting > lines[newcomer].Waiting + cost ? largest : Nobody;
    }

    /// <summary>When a place may be expected by one who comes behind <paramref name="waiting"/> others, if one becomes free every <paramref name="interval"/>.</summary>
    public static TimeSpan RetryAfter(int waiting, TimeSpan interval) => RetryAfter(interval * (waiting + 1));

    /// <summary>What a caller is told for a place that is expected after <paramref name="expected"/>: 1 s at least and 60 s at most.</summary>
    public static TimeSpan RetryAfter(TimeSpan expected) => expected < Least ? Least : expected > Most ? Most : expected;

    private static bool Precedes(DoorLine one, DoorLine other)
    {
        var (mine, theirs) = (one.Held + one.NextCost, other.Held + other.NextCost);
        return mine < theirs || (mine == theirs && one.Arrival < other.Arrival);
    }
}
