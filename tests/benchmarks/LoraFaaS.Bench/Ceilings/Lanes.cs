using System.Diagnostics;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>Runs the same work on several threads from a common start.</summary>
internal static class Lanes
{
    /// <summary>
    /// Seconds for so many equal pieces, taken by whichever thread is free, as the engine's are: where a core is slowed by what the machine
    /// does beside, a fixed half for each would be as slow as the slower one.
    /// </summary>
    public static double Share(int threads, int pieces, Action<int> work)
    {
        var next = -1;
        return Time(threads, _ =>
        {
            for (var piece = Interlocked.Increment(ref next); piece < pieces; piece = Interlocked.Increment(ref next))
            {
                work(piece);
            }
        });
    }

    /// <summary>Seconds from the start until the last thread is done.</summary>
    public static double Time(int threads, Action<int> work)
    {
        if (threads == 1)
        {
            var alone = Stopwatch.GetTimestamp();
            work(0);
            return Stopwatch.GetElapsedTime(alone).TotalSeconds;
        }

        using var start = new Barrier(threads + 1);
        var lanes = Enumerable.Range(0, threads).Select(lane => new Thread(() =>
        {
            start.SignalAndWait();
            work(lane);
        })).ToArray();

        foreach (var lane in lanes)
        {
            lane.Start();
        }

        start.SignalAndWait();
        var begun = Stopwatch.GetTimestamp();
        foreach (var lane in lanes)
        {
            lane.Join();
        }

        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
