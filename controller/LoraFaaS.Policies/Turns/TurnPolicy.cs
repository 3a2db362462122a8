namespace LoraFaaS.Policies.Turns;

/// <summary>
/// Who steps next on a device that several sandboxes share: the smallest deadline margin (ServerlessLoRA, Δ = SLO − (w + M·T(b))) among
/// those whose namespace is not ahead of the least served one by more than the lead. The margin alone would let a namespace that promises much starve
/// the others; service alone would let promises break that cost nobody anything. The same shape as earliest eligible virtual deadline first.
/// </summary>
public static class TurnPolicy
{
    /// <summary>The place in <paramref name="seekers"/> of the one to go; −1 when there is none. Ties go to who waited longer, then to the lower slot.</summary>
    /// <param name="seekers">All who wait.</param>
    /// <param name="lead">Weighted device time, in seconds, that a namespace may be ahead of the least served one and still go first.</param>
    public static int Choose(ReadOnlySpan<TurnSeeker> seekers, double lead)
    {
        var least = double.PositiveInfinity;

        foreach (ref readonly var seeker in seekers)
        {
            least = Math.Min(least, seeker.Served);
        }

        var best = -1;

        for (var i = 0; i < seekers.Length; i++)
        {
            if (seekers[i].Served <= least + lead && (best < 0 || IsBefore(seekers[i], seekers[best])))
            {
                best = i;
            }
        }

        return best;
    }

    private static bool IsBefore(in TurnSeeker left, in TurnSeeker right)
    {
        // A promise that is broken already is not mended; one that can still be kept goes first, or each would break the next.
        var (leftPresses, rightPresses) = (left.Margin >= TimeSpan.Zero, right.Margin >= TimeSpan.Zero);

        if (leftPresses && rightPresses && left.Margin != right.Margin)
        {
            return left.Margin < right.Margin;
        }

        if (leftPresses != rightPresses)
        {
            return leftPresses ? left.HasPromise : !right.HasPromise;
        }

        // Nobody is pressed: who had less, then who waited longer.
        if (left.Served != right.Served)
        {
            return left.Served < right.Served;
        }

        return left.Waiting != right.Waiting ? left.Waiting > right.Waiting : left.Slot < right.Slot;
    }
}
