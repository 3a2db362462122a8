namespace LoraFaaS.Policies.Turns;

/// <summary>
/// How many threads one who is given a turn gets. Alone it has the whole device. Where several want it, some step at once with a part each: one's reading of weights runs beside
/// another's arithmetic, and none waits while another samples and answers. More than a few at once would make each step longer than what others have promised.
/// </summary>
public static class TurnLanePolicy
{
    /// <summary>Threads for the next turn; 0: it waits.</summary>
    /// <param name="capacity">Threads of the device.</param>
    /// <param name="lanes">Most that step at once.</param>
    /// <param name="holders">Who steps now.</param>
    /// <param name="taken">Threads that these have.</param>
    /// <param name="others">Who else waits.</param>
    public static int Threads(int capacity, int lanes, int holders, int taken, int others)
    {
        var free = capacity - taken;

        return holders == 0 && others == 0 ? capacity : holders < lanes && free > 0 ? Math.Min(free, Share(capacity, lanes)) : 0;
    }

    /// <summary>Of one among several.</summary>
    public static int Share(int capacity, int lanes) => (capacity + lanes - 1) / Math.Max(1, Math.Min(capacity, lanes));
}
