using System.Diagnostics;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>Runs the same work on several threads from a common start.</summary>
internal static class Lanes
{
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
