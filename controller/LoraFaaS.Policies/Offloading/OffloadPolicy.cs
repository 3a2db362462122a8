using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Offloading;

/// <summary>
/// Who leaves a tier that is too full: the lowest value density first (ServerlessLoRA section on dynamic offloading: value = load time saved × rate,
/// weight = bytes), backbones after everything else, and no more than is needed. A minimum knapsack: at each point of the ascending scan the rest may be
/// closed by one single candidate that is large enough, and the cheapest of these solutions is taken, which without containers costs at most twice the
/// optimum (the greedy of Csirik, Frenk, Labbé and Zhang, 1991).
/// </summary>
public static class OffloadPolicy
{
    /// <summary>
    /// Candidates to let go that free at least <paramref name="need"/> bytes. Empty when all of them together would not: nothing is to leave for nothing.
    /// What leaves inside its container is not named.
    /// </summary>
    public static IReadOnlyList<int> Choose(IReadOnlyList<OffloadCandidate> candidates, long need)
    {
        ArgumentNullException.ThrowIfNull(candidates);

        if (need <= 0)
        {
            return [];
        }

        var scan = new OffloadScan(candidates);
        Solution? best = null;

        while (scan.Freed < need)
        {
            foreach (var open in scan.Open.OrderByDescending(open => open.Idle))
            {
                if (scan.Freed + scan.BytesOf(open) >= need && scan.Lost + scan.ValueOf(open) is var value && (best is null || IsBetter(value, open, best)))
                {
                    best = new Solution([.. scan.Taken, open], value, open.Kind is ArtifactKind.Backbone);
                }
            }

            if (!scan.TryTakeLeastDense(smallerThan: need - scan.Freed))
            {
                break;
            }
        }

        return best is { } found ? Trim(candidates, found, need) : [];
    }

    /// <summary>A solution that spares the backbones is better than any that does not.</summary>
    private static bool IsBetter(double value, OffloadCandidate closing, Solution best) =>
        closing.Kind is ArtifactKind.Backbone == best.TakesBackbone ? value < best.Value : best.TakesBackbone;

    /// <summary>What the last one made superfluous stays, the most valuable first.</summary>
    private static List<int> Trim(IReadOnlyList<OffloadCandidate> candidates, Solution solution, long need)
    {
        var leaving = solution.Candidates.Where(candidate => !solution.Candidates.Exists(other => other.Id == candidate.Container)).ToList();
        var spare = leaving.Sum(candidate => candidate.Bytes) - need;

        foreach (var candidate in leaving.OrderByDescending(candidate => OffloadScan.WholeValue(candidate, candidates)).ToList())
        {
            if (candidate.Bytes <= spare)
            {
                leaving.Remove(candidate);
                spare -= candidate.Bytes;
            }
        }

        return [.. leaving.Select(candidate => candidate.Id)];
    }

    private sealed record Solution(List<OffloadCandidate> Candidates, double Value, bool TakesBackbone);
}
