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

    private readonly string _system = FormattableString.Invariant($"lorafaas-idle@{keepAlive}");

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

    /// <summary>The functions of its calls, as often as it calls them, likewise.</summary>
    public IReadOnlyList<int> Called
    {
        get
        {
            int[] called = [.. trace.Function];
            new Random(Shuffle).Shuffle(called);
            return called;
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
        return new SliceReplay(TraceCompression.Of(whole, Faster, keepAlive, Least, Lead, tokens, MachineTimings.AdapterMegabytes), keepAlive);
    }

    /// <summary>The slice as the trace has it.</summary>
    public RunReport Simulated(MachineTimings timings) => Simulate.Run(timings.ToCluster(), trace, _system);

    /// <summary>
    /// First tokens of the slice as it was played, milliseconds, call by call. Here nobody calls a function before its last answer has ended, which a trace does not know: on a machine that
    /// comes late the next call comes later too, and does not queue behind all others.
    /// </summary>
    public IReadOnlyList<double> FirstTokens(MachineTimings timings, IReadOnlyList<PlayedCall> played) => Simulate.FirstTokens(
        timings.ToCluster(), PlayedTrace.Of(trace.Name + ", as played", played, trace.Functions.Count), _system);

    /// <summary>Every call at its time; all functions sleep before the first. In the order in which they were sent.</summary>
    public async Task<IReadOnlyList<PlayedCall>> PlayAsync(ReplayClient client)
    {
        var begun = Stopwatch.GetTimestamp();
        var calls = await Task.WhenAll(Enumerable.Range(0, trace.Functions.Count).Select(function => PlayAsync(client, function, begun)));
        return [.. calls.SelectMany(ofOne => ofOne).OrderBy(call => call.SentAt)];
    }

    private async Task<IReadOnlyList<PlayedCall>> PlayAsync(ReplayClient client, int function, long begun)
    {
        var mine = Enumerable.Range(0, trace.Count).Where(call => trace.Function[call] == function).ToArray();
        var calls = new List<PlayedCall>(mine.Length);

        for (var index = 0; index < mine.Length; index++)
        {
            var wait = TimeSpan.FromSeconds(trace.Arrival[mine[index]]) - Stopwatch.GetElapsedTime(begun);

            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, TimeProvider.System);
            }

            var sent = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            calls.Add(new PlayedCall(function, sent, await client.CallAsync(function)));

            if (index + 1 < mine.Length && trace.Arrival[mine[index + 1]] - trace.Arrival[mine[index]] > keepAlive)
            {
                await client.SleepAsync(function);
            }
        }

        return calls;
    }
}
