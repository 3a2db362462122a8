namespace LoraFaaS.Bench.Door;

/// <summary>What threads have done by the kernel's counts (proc(5)).</summary>
/// <param name="Ran">Nanoseconds upon a processor.</param>
/// <param name="Waited">Nanoseconds ready to run and without a processor.</param>
/// <param name="Slept">How often one gave up its processor of its own will.</param>
/// <param name="Displaced">How often one was taken from it.</param>
internal readonly record struct ThreadCounts(long Ran, long Waited, long Slept, long Displaced)
{
    public static ThreadCounts operator -(ThreadCounts now, ThreadCounts then) =>
        new(now.Ran - then.Ran, now.Waited - then.Waited, now.Slept - then.Slept, now.Displaced - then.Displaced);

    public static ThreadCounts operator +(ThreadCounts left, ThreadCounts right) =>
        new(left.Ran + right.Ran, left.Waited + right.Waited, left.Slept + right.Slept, left.Displaced + right.Displaced);
}
