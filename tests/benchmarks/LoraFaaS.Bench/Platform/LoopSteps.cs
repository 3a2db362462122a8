using System.Diagnostics;
using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Machine;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Platform;

/// <summary>
/// The engine's steps as the clients of a closed loop saw them: tokens of one step reach all clients at once, so that the instants at which tokens came are the
/// steps' ends. What a late first token waited for can be told from them: more steps than others', or longer ones.
/// </summary>
internal sealed class LoopSteps
{
    /// <summary>A second in which the watch read memory this much slower than in the median one is the machine's, not ours.</summary>
    private const double Unevenness = 1.15;

    /// <summary>Tokens that come nearer to each other are of one step.</summary>
    private static readonly long Apart = Stopwatch.Frequency / 200;

    private readonly List<long> _ends = [];
    private readonly IReadOnlyList<ClosedLoopCall> _calls;

    public LoopSteps(IReadOnlyList<ClosedLoopCall> calls)
    {
        _calls = calls;
        var last = long.MinValue / 2;
        foreach (var instant in calls.SelectMany(call => call.Events).Order())
        {
            if (instant - last > Apart)
            {
                _ends.Add(instant);
            }

            last = instant;
        }
    }

    /// <summary>Rows about those that came later than so many times the median.</summary>
    public void Report(Action<BenchRow> add, double lateTimes, MachineRecord machine)
    {
        var median = Interleaved.Median(_calls.Select(call => call.TtftMs));
        var late = _calls.Where(call => call.TtftMs > lateTimes * median).ToList();
        var steps = _ends.Zip(_ends.Skip(1), (from, until) => Stopwatch.GetElapsedTime(from, until).TotalMilliseconds).ToList();

        add(BenchRow.Cost("    a step, as clients see it, p99", Interleaved.Quantile(steps, 0.99), "ms", Interleaved.Median(steps), "its p50"));
        AddEqual(add);
        add(BenchRow.Limit($"    calls later than {lateTimes:0.#} × p50", late.Count, "calls"));
        if (late.Count > 0)
        {
            add(BenchRow.Cost("        their steps, median", Interleaved.Median(late.Select(Steps)), "steps", Interleaved.Median(_calls.Select(Steps)), "all calls'"));
            add(BenchRow.Limit("        of them with another's prompt ahead", late.Count(HasAnotherAhead), "calls"));
        }

        var stood = machine.Hesitations.Where(one => one.Until > _ends[0] && one.From < _ends[^1]).Select(one => Stopwatch.GetElapsedTime(one.From, one.Until).TotalMilliseconds).ToList();
        var whose = machine.IsMachines ? "the machine's processors stood still" : "a thread of the bench waited for a processor";
        add(BenchRow.Limit($"    beside it {whose} for a millisecond and more, in all", stood.Sum(), "ms"));
        add(BenchRow.Limit("        the longest", stood.DefaultIfEmpty(0).Max(), "ms"));

        Compare(add, machine.Glances);
    }

    /// <summary>
    /// What the steps' own lengths make of first tokens: each call from when it came, but to the end of as many steps as the median call takes. What p99 has beyond this is
    /// waiting for others' prompts; nothing that deals out steps can come below it.
    /// </summary>
    private void AddEqual(Action<BenchRow> add)
    {
        var steps = Math.Max(1, (int)Interleaved.Median(_calls.Select(Steps)));
        var times = new List<double>();
        foreach (var call in _calls)
        {
            var next = ~_ends.BinarySearch(call.Begun) is var after && after >= 0 ? after : ~after + 1;
            if (next + steps <= _ends.Count)
            {
                times.Add(Stopwatch.GetElapsedTime(call.Begun, _ends[next + steps - 1]).TotalMilliseconds);
            }
        }

        add(BenchRow.Cost($"    the same calls, had each taken {steps} of these steps and no more, p99", Interleaved.Quantile(times, 0.99), "ms", Interleaved.Median(times), "its p50"));
    }

    /// <summary>Second by second: the same work in the same loop takes longer where the watch's own reading of memory did.</summary>
    private void Compare(Action<BenchRow> add, IReadOnlyList<MemoryGlance> glances)
    {
        var steps = _ends.Zip(_ends.Skip(1)).ToLookup(step => step.Second / Stopwatch.Frequency, step => Stopwatch.GetElapsedTime(step.First, step.Second).TotalMilliseconds);
        var readings = glances.ToLookup(one => one.At / Stopwatch.Frequency, one => one.Microseconds);
        var seconds = steps.Select(second => second.Key).Where(readings.Contains).Order().Skip(1).SkipLast(1).ToList();
        if (seconds.Count < 3)
        {
            return;
        }

        var read = seconds.ConvertAll(second => readings[second].Average());
        var stepped = seconds.ConvertAll(second => steps[second].Average());
        add(BenchRow.Cost("    reading 256 KiB of cold memory beside it, slowest second", read.Max(), "µs", Interleaved.Median(read), "median second"));
        add(BenchRow.Cost("    steps of the slowest second, mean", stepped.Max(), "ms", Interleaved.Median(stepped), "median second"));
        add(new BenchRow { Case = "    correlation of the two, second by second", Figure = Correlation(read, stepped), Unit = "" });

        var even = seconds.Where((_, i) => read[i] <= Unevenness * Interleaved.Median(read)).ToHashSet();
        var calls = _calls.Where(call => IsWithin(call, even)).Select(call => call.TtftMs).ToList();
        if (calls.Count > 0)
        {
            add(BenchRow.Cost(
                $"    time to first token, p99 of the {calls.Count} calls in seconds whose reading was within 15 % of the median", Interleaved.Quantile(calls, 0.99), "ms",
                Interleaved.Median(calls), "their p50"));
        }
    }

    private static bool IsWithin(ClosedLoopCall call, HashSet<long> seconds)
    {
        for (var second = call.Begun / Stopwatch.Frequency; second <= call.FirstToken / Stopwatch.Frequency; second++)
        {
            if (!seconds.Contains(second))
            {
                return false;
            }
        }

        return true;
    }

    private static double Correlation(List<double> x, List<double> y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var together = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        return together / Math.Sqrt(x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }

    private double Steps(ClosedLoopCall call) => _ends.Count(end => end > call.Begun && end <= call.FirstToken);

    private bool HasAnotherAhead(ClosedLoopCall call) => _calls.Any(other => other.Begun < call.Begun && other.FirstToken > call.Begun);
}
