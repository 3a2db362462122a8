using System.Diagnostics;

namespace LoraFaaS.Bench.Contention;

/// <summary>Hand-overs, from when each process's steps began and ended.</summary>
internal static class HandOverTimes
{
    /// <summary>
    /// Microseconds from a step's end to the beginning of another process's next one. A process that goes on in its turn hands nothing over. Where several step at once, whoever begins
    /// follows the one that has been waited behind for longest.
    /// </summary>
    public static List<double> Of(IReadOnlyList<(long Begun, long Ended, int Who)> spans)
    {
        var events = spans.Select(span => (At: span.Begun, IsEnd: false, span.Who)).Concat(spans.Select(span => (At: span.Ended, IsEnd: true, span.Who))).Order();
        var (ended, times) = (new List<(long At, int Who)>(), new List<double>());

        foreach (var (at, isEnd, who) in events)
        {
            if (isEnd)
            {
                ended.Add((at, who));
                continue;
            }

            // Within a microsecond nobody else has had the turn in between.
            var own = ended.FindIndex(end => end.Who == who && Stopwatch.GetElapsedTime(end.At, at).TotalMicroseconds < 1);
            var before = own >= 0 ? own : ended.FindIndex(end => end.Who != who);

            if (before < 0)
            {
                continue;
            }

            if (own < 0)
            {
                times.Add(Stopwatch.GetElapsedTime(ended[before].At, at).TotalMicroseconds);
            }

            ended.RemoveAt(before);
        }

        return times;
    }
}
