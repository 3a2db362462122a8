namespace LoraFaaS.TestKit.Memory;

/// <summary>What code allocates on the calling thread.</summary>
public static class Allocations
{
    private const int Tries = 20;

    /// <summary>
    /// The least of several tries, in bytes. A collection that another test brings about ends the thread's allocation buffer, whose rest then counts as
    /// allocated: one try alone may see kilobytes that nobody asked for, and code that does allocate allocates in every one.
    /// </summary>
    public static long Least(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var least = long.MaxValue;

        for (var i = 0; i < Tries && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, Math.Max(0, GC.GetAllocatedBytesForCurrentThread() - before));
        }

        return least;
    }
}
