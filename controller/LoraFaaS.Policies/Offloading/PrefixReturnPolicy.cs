using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Offloading;

/// <summary>
/// What a prompt prefix that leaves the device costs at its next use, and whether a copy on disk is worth having. Its keys and values can always be computed again, so that no way back is
/// worth more than that, and one that is hardly quicker is not worth the disk's bytes and wear.
/// </summary>
public static class PrefixReturnPolicy
{
    /// <summary>Of what computing takes, the most that coming back from disk may take. Both are means of what this machine measured: half leaves room for a bad disk day.</summary>
    public const double MostOfCompute = 0.5;

    /// <summary>The next use's wait, given the nearest copy outside the device.</summary>
    /// <param name="copy">Host or disk; remote: there is none, and it is computed.</param>
    /// <param name="costs">Of each way.</param>
    public static TimeSpan Wait(StorageTier copy, PrefixCosts costs) => copy switch
    {
        StorageTier.Device => TimeSpan.Zero,
        StorageTier.Host => Least(costs.HostToDevice, costs.Compute),
        StorageTier.Disk => IsWorthReading(costs) ? costs.DiskToHost + costs.HostToDevice : costs.Compute,
        _ => costs.Compute,
    };

    /// <summary>What computing all of a prefix takes, from a time in which some of it was there already; null: so much was that the time says nothing.</summary>
    /// <param name="took">Until it was ready.</param>
    /// <param name="tokens">It has.</param>
    /// <param name="found">Of them, those that were not computed.</param>
    public static TimeSpan? ComputeOf(TimeSpan took, int tokens, int found) =>
        found < 0 || 2 * (long)found > tokens ? null : took * (tokens / Math.Max(1.0, tokens - found));

    /// <summary>Coming back from disk takes at most <see cref="MostOfCompute"/> of computing it again.</summary>
    public static bool IsWorthReading(PrefixCosts costs) => costs.DiskToHost + costs.HostToDevice <= costs.Compute * MostOfCompute;

    /// <summary>Whether to write; making room among those that are there is another matter.</summary>
    public static PrefixDiskDecision Decide(PrefixDiskQuestion question)
    {
        if (question.Bytes > question.Limit)
        {
            return PrefixDiskDecision.TooLarge;
        }

        if (!IsWorthReading(question.Costs))
        {
            return PrefixDiskDecision.NotWorthIt;
        }

        return question.DiskFree - question.Reserve < question.Bytes ? PrefixDiskDecision.DiskIsFull : PrefixDiskDecision.Write;
    }

    /// <summary>Seconds of waiting that a byte on disk saves a second; the least leaves first.</summary>
    /// <param name="rate">Uses a second.</param>
    /// <param name="bytes">On disk.</param>
    /// <param name="costs">Of its ways back.</param>
    public static double DensityOnDisk(double rate, long bytes, PrefixCosts costs) =>
        rate * (Wait(StorageTier.Remote, costs) - Wait(StorageTier.Disk, costs)).TotalSeconds / Math.Max(1, bytes);

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
