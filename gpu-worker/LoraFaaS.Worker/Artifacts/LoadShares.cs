namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// What a load thread in a group of its own weighs, so that its nice value means against a sandbox's threads what it means against a neighbour in one group:
/// each step of niceness is a quarter less (sched(7)), and a sandbox's weight is spread over as many processors as it has threads.
/// </summary>
internal static class LoadShares
{
    private const double StepOfNice = 1.25;

    /// <summary>Of cgroup v1, which calls 1 024 what v2 calls 100.</summary>
    private const double SharesOfWeight = 10.24;

    /// <returns>Shares of cgroup v1.</returns>
    public static long Of(int nice, int sandboxWeight, int sandboxThreads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nice);
        ArgumentOutOfRangeException.ThrowIfLessThan(sandboxThreads, 1);
        return (long)Math.Round(sandboxWeight * SharesOfWeight / sandboxThreads / Math.Pow(StepOfNice, nice));
    }
}
