namespace LoraFaaS.Policies.Batching;

/// <summary>
/// Refuses early what would be late anyhow (S-LoRA's early abort, with ServerlessLoRA's M·T(b)): whoever is told at once can go elsewhere, and whoever is let in and
/// breaks its promise has taken the time of others who would have kept theirs.
/// </summary>
public static class QueuePolicy
{
    /// <summary>Observations before a profile may refuse for a promise's sake; a deadline is weighed from the first.</summary>
    public const int Mature = 8;

    /// <summary>Who waits for more than so many first tokens made one after the other waits for something else than the step that runs and his own.</summary>
    private const int Patience = 2;

    /// <summary>
    /// Expected time to the first token: until a slot is free, then M·T(b) beside those that run by then. Slots are not all there is to wait for, memory for tokens may be
    /// less: where those who have a place wait, no less than the line before it takes at the pace at which first tokens come, and then M·T alone.
    /// </summary>
    public static TimeSpan FirstToken(QueueSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);

        var batch = Math.Clamp(snapshot.Running + snapshot.Waiting + 1, 1, snapshot.Slots);
        var expected = SlotWait(snapshot) + (snapshot.Contenders * snapshot.Profile.TimeOf(batch));
        var inLine = IsStuck(snapshot) ? (snapshot.Ahead * snapshot.Pace.Each) + (snapshot.Contenders * snapshot.Profile.Alone) : TimeSpan.Zero;
        return expected > inLine ? expected : inLine;
    }

    public static QueueVerdict Judge(QueueSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);

        if (snapshot.TimeLeft <= TimeSpan.Zero)
        {
            return new QueueVerdict.TooLate(TimeSpan.Zero);
        }

        if (snapshot.Profile.Observations == 0)
        {
            return QueueVerdict.Enter.Instance;
        }

        var expected = FirstToken(snapshot);
        var alone = snapshot.Profile.Alone;

        if (expected > snapshot.TimeLeft)
        {
            return alone > snapshot.TimeLeft ? new QueueVerdict.TooLate(expected) : new QueueVerdict.Overloaded(expected, expected - snapshot.TimeLeft);
        }

        // A promise that even an idle device could not keep (a cold start has used it up) is no reason to refuse: late is then the best there is. Nor is one
        // that an estimate breaks while a place is free: without calls nobody would ever learn that the estimate is wrong. A place is worth nothing where those
        // who have one are seen to wait.
        return snapshot.SloLeft is { } slo && snapshot.Profile.Observations >= Mature && (SlotWait(snapshot) > TimeSpan.Zero || IsStuck(snapshot)) && expected > slo && alone <= slo
            ? new QueueVerdict.Overloaded(expected, expected - slo)
            : QueueVerdict.Enter.Instance;
    }

    /// <summary>
    /// Half of what was promised has gone by for who waits longest with a place, and he waits for more than steps. A few calls that come together wait for each
    /// other for some steps everywhere; where a step is short beside the promise that is no sign of anything.
    /// </summary>
    private static bool IsStuck(QueueSnapshot snapshot) =>
        snapshot.SloLeft is { } slo && snapshot.Pending > slo / 2 && snapshot.Pending > snapshot.Contenders * snapshot.Profile.Alone * Patience;

    /// <summary>Slots become free one by one, each after a residence, evenly spread.</summary>
    private static TimeSpan SlotWait(QueueSnapshot snapshot)
    {
        var behind = snapshot.Waiting + 1 - Math.Max(0, snapshot.Slots - snapshot.Running);
        return behind > 0 ? behind * (snapshot.Residence / snapshot.Slots) : TimeSpan.Zero;
    }
}
