using System.Diagnostics;
using LoraFaaS.Simulator;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;
using Trace = LoraFaaS.Simulator.Traces.Trace;

namespace LoraFaaS.SystemTests.Validation;

/// <summary>
/// A slice of the Azure day, played for real and simulated. A function that is not called again within the keep-alive is scaled to zero after its call; the
/// trace decides which, so that a slow machine plays the same slice, only later.
/// </summary>
internal sealed class SliceReplay(Trace trace, double keepAlive)
{
    /// <summary>Four hours in 16 s.</summary>
    private const double Faster = 900;

    /// <summary>Nearer calls of one function are left out: the second would meet the first one's adapter half way.</summary>
    private const double Least = 0.3;

    private const double Lead = 1;
    private const int Shuffle = 1;

    public Trace Trace => trace;

    /// <summary>The rests between its calls, whoever makes them, in an order without its bursts.</summary>
    public IReadOnlyList<TimeSpan> Rests
    {
        get
        {
            TimeSpan[] rests = [.. trace.Arrival.Zip(trace.Arrival.Skip(1), (before, after) => TimeSpan.FromSeconds(after - before))];
            new Random(Shuffle).Shuffle(rests);
            return rests;
        }
    }

    /// <param name="folder">Of the traces.</param>
    /// <param name="variation">The slice's class.</param>
    /// <param name="slice">Its number in the class.</param>
    /// <param name="tokens">Of each function's answer.</param>
    /// <param name="keepAlive">Seconds.</param>
    public static SliceReplay Of(string folder, string variation, int slice, IReadOnlyList<int> tokens, double keepAlive)
    {
        var whole = TraceSlices.Read(folder, variation, slice, tokens.Count, backbones: 1);
        return new SliceReplay(TraceCompression.Of(whole, Faster, keepAlive, Least, Lead, tokens), keepAlive);
    }

    public RunReport Simulated(MachineTimings timings)
    {
        return Simulate.Run(timings.ToCluster(), trace, FormattableString.Invariant($"lorafaas-idle@{keepAlive}"));
    }

    /// <summary>Every call at its time; all functions sleep before the first.</summary>
    public async Task<IReadOnlyList<ReplayedCall>> PlayAsync(ReplayClient client)
    {
        var calls = new ReplayedCall[trace.Count];
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, trace.Functions.Count).Select(function => PlayAsync(client, function, begun, calls)));
        return calls;
    }

    private async Task PlayAsync(ReplayClient client, int function, long begun, ReplayedCall[] calls)
    {
        var mine = Enumerable.Range(0, trace.Count).Where(call => trace.Function[call] == function).ToArray();

        for (var index = 0; index < mine.Length; index++)
        {
            var wait = TimeSpan.FromSeconds(trace.Arrival[mine[index]]) - Stopwatch.GetElapsedTime(begun);

            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, TimeProvider.System);
            }

            calls[mine[index]] = await client.CallAsync(function);

            if (index + 1 < mine.Length && trace.Arrival[mine[index + 1]] - trace.Arrival[mine[index]] > keepAlive)
            {
                await client.SleepAsync(function);
            }
        }
    }
}
