namespace LoraFaaS.Policies.Offloading;

/// <summary>
/// How close upon each other artifacts are packed beside sequences that run. Where tokens are computed on the processors that pack, and each step's threads wait for
/// the slowest of them, every load takes some milliseconds from whoever runs, however it gives way: only their number in a second bounds what a token pays.
/// </summary>
public static class LoadSpacingPolicy
{
    /// <summary>What a load waits for others before it at most: whoever is behind it waits for a first token.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    /// <summary>When the next load may begin, where one has just ended: loads are under way in no more than this share of the time. Several that ended together add up.</summary>
    /// <param name="now">Any clock's time; the answer is on the same one.</param>
    /// <param name="freeAt">The answer after the load before this one.</param>
    /// <param name="took">How long this one was under way.</param>
    /// <param name="share">Above 0, at most 1, which means no waiting.</param>
    public static TimeSpan NextAt(TimeSpan now, TimeSpan freeAt, TimeSpan took, double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(took, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);

        var from = freeAt > now ? freeAt : now;
        var owed = from + (took * ((1 - share) / share));
        return owed < now + Longest ? owed : now + Longest;
    }
}
