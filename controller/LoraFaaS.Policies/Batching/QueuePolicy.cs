namespace LoraFaaS.Policies.Batching;

/// <summary>
/// Refuses early what would be late anyhow (S-LoRA's early abort, with ServerlessLoRA's M·T(b)): whoever is told at once can go elsewhere, and whoever is let in and
/// breaks its promise has taken the time of others who would have kept theirs.
/// </summary>
public static class QueuePolicy
{
    /// <summary>Observations before a profile may refuse for a promise's sake; a deadline is weighed from the first.</summary>
    public const int Mature = 8;

    /// <summary>Expected time to the first token: until a slot is free, then M·T(b) beside those that run by then.</summary>
    public static TimeSpan FirstToken(QueueSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);

        var batch = Math.Clamp(snapshot.Running + snapshot.Waiting + 1, 1, snapshot.Slots);
        return SlotWait(snapshot) + (snapshot.Contenders * snapshot.Profile.TimeOf(batch));
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
        var alone = snapshot.Profile.TimeOf(1);

        if (expected > snapshot.TimeLeft)
        {
            return alone > snapshot.TimeLeft ? new QueueVerdict.TooLate(expected) : new QueueVerdict.Overloaded(expected, expected - snapshot.TimeLeft);
        }

        // A promise that even an idle device could not keep (a cold start has used it up) is no reason to refuse: late is then the best there is. Nor is one
        // that an estimate breaks while a place is free: without calls nobody would ever learn that the estimate is wrong.
        return snapshot.SloLeft is { } slo && snapshot.Profile.Observations >= Mature && SlotWait(snapshot) > TimeSpan.Zero && expected > slo && alone <= slo
            ? new QueueVerdict.Overloaded(expected, expected - slo)
            : QueueVerdict.Enter.Instance;
    }

    /// <summary>Slots become free one by one, each after a residence, evenly spread.</summary>
    private static TimeSpan SlotWait(QueueSnapshot snapshot)
    {
        var behind = snapshot.Waiting + 1 - Math.Max(0, snapshot.Slots - snapshot.Running);
        return behind > 0 ? behind * (snapshot.Residence / snapshot.Slots) : TimeSpan.Zero;
    }
}
