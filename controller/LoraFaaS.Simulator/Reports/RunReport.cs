using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Reports;

/// <summary>What came of a run. Times in milliseconds, cost in dollars, over the calls that are counted.</summary>
public sealed record RunReport
{
    /// <summary>Points of the distribution that are kept for plots.</summary>
    private const int Points = 101;

    public required string System { get; init; }

    public required string Trace { get; init; }

    public required string Cluster { get; init; }

    public required int Calls { get; init; }

    /// <summary>Refused because their first token could not come in time.</summary>
    public required int Refused { get; init; }

    /// <summary>Never served.</summary>
    public required int Unserved { get; init; }

    public required Spread TtftMs { get; init; }

    public required Spread E2EMs { get; init; }

    public required Spread TpotMs { get; init; }

    /// <summary>Mean time to first token if every call found all in place and the device for itself: nothing can be sooner.</summary>
    public required double FloorMs { get; init; }

    /// <summary>What calls waited for artifacts, over all calls.</summary>
    public required Spread ColdMs { get; init; }

    /// <summary>Over the calls that waited at all.</summary>
    public required Spread ColdStartMs { get; init; }

    public required double ColdSeconds { get; init; }

    /// <summary>Shares of calls that waited for an adapter only, a process, a backbone.</summary>
    public required double ColdAdapter { get; init; }

    public required double ColdProcess { get; init; }

    public required double ColdBackbone { get; init; }

    /// <summary>Shares of the calls that found room, by the tier their adapter was found at: remote, disk, host, device. One on its way counts as where it came from.</summary>
    public required double[] FoundAt { get; init; }

    /// <summary>Share of calls whose first token came later than asked, or never.</summary>
    public required double SloMisses { get; init; }

    /// <summary>Calls answered in time, each second.</summary>
    public required double GoodPerSecond { get; init; }

    /// <summary>Of the calls that ended while calls were counted, whenever they came: who is behind works on those that came before.</summary>
    public required double TokensPerSecond { get; init; }

    public required double Cost { get; init; }

    /// <summary>Device memory that was held, gigabytes times seconds.</summary>
    public required double HeldGigabyteSeconds { get; init; }

    /// <summary>Of the cost: device memory of what computes or loads, of what only waits; the rest is host memory, processors and calls.</summary>
    public required double CostActive { get; init; }

    public required double CostIdle { get; init; }

    /// <summary>Of the idle cost: what one who knows each call could not have saved between the same spells of computing. 0 where backbones are not shared.</summary>
    public required double CostIdleLeast { get; init; }

    /// <summary>Device memory that was held, of all there was.</summary>
    public required double MemoryHeld { get; init; }

    /// <summary>Backbone bytes held over those of one copy of each.</summary>
    public required double Redundancy { get; init; }

    /// <summary>Times to first token at evenly spaced shares of the calls, for plots.</summary>
    public required double[] TtftCurve { get; init; }

    /// <summary>What the times leave out, in words; null where every call was served.</summary>
    public string? Missing() => (Refused, Unserved) switch
    {
        (0, 0) => null,
        _ => FormattableString.Invariant($"{System}: of {Calls} calls {Refused} were refused, {Unserved} never found room; times are those of the rest."),
    };

    internal static RunReport Of(Simulation simulation)
    {
        var (trace, log, state) = (simulation.Trace, simulation.Log, simulation.State);
        var counted = Enumerable.Range(0, trace.Count).Where(call => trace.Arrival[call] >= trace.CountFrom).ToArray();
        var served = counted.Where(call => !double.IsNaN(log.FirstToken[call])).ToArray();
        var seconds = Math.Max(1e-9, trace.Length - trace.CountFrom);

        // What is overloaded holds memory for longer than its trace lasts.
        var lasted = Math.Max(1e-9, Math.Max(simulation.Now, trace.Length) - trace.CountFrom);
        var good = served.Count(call => (log.FirstToken[call] - trace.Arrival[call]) * 1000 <= simulation.SloMs(Backbone(simulation, call)));
        double[] ttft = [.. served.Select(call => (log.FirstToken[call] - trace.Arrival[call]) * 1000)];
        var spread = Spread.Of(ttft);
        var begun = counted.Where(call => !double.IsNaN(log.Ready[call])).ToArray();
        double[] cold = [.. begun.Select(call => log.Cold[call] * 1000.0)];

        return new RunReport
        {
            System = state.System.Name,
            Trace = trace.Name,
            Cluster = state.Cluster.Name,
            Calls = counted.Length,
            Refused = counted.Count(call => log.Refused[call]),
            Unserved = counted.Length - served.Length - counted.Count(call => log.Refused[call]),
            TtftMs = spread,
            E2EMs = Spread.Of([.. served.Where(call => !double.IsNaN(log.Done[call])).Select(call => (log.Done[call] - trace.Arrival[call]) * 1000)]),
            TpotMs = Spread.Of([.. served.Where(call => trace.OutputTokens[call] > 1 && !double.IsNaN(log.Done[call])).Select(call => (log.Done[call] - log.FirstToken[call]) * 1000 / (trace.OutputTokens[call] - 1))]),
            FloorMs = counted.Length == 0 ? 0 : counted.Average(call => Backbone(simulation, call).PrefillMs),
            ColdSeconds = cold.Sum() / 1000,
            ColdStartMs = Spread.Of([.. cold.Where(ms => ms > 1e-3)]),
            ColdMs = Spread.Of(cold),
            ColdAdapter = Share(counted, call => log.ColdBy[call] == 1),
            ColdProcess = Share(counted, call => log.ColdBy[call] == 2),
            ColdBackbone = Share(counted, call => log.ColdBy[call] == 3),
            SloMisses = counted.Length == 0 ? 0 : 1 - ((double)good / counted.Length),
            GoodPerSecond = good / seconds,
            TokensPerSecond = TokensIn(simulation) / seconds,
            Cost = state.Cost,
            HeldGigabyteSeconds = state.HeldGigabyteSeconds,
            CostActive = state.ActiveCost,
            CostIdle = state.IdleCost,
            CostIdleLeast = state.LeastIdleCost,
            FoundAt = [.. Enumerable.Range(0, 4).Select(tier => Share(begun, call => log.Found[call] == tier))],
            MemoryHeld = state.HeldGigabyteSeconds / (lasted * state.Cluster.Devices * state.Cluster.DeviceGigabytes),
            Redundancy = state.BackboneGigabyteSeconds / (lasted * state.Cluster.Backbones.Sum(backbone => backbone.Gigabytes)),
            TtftCurve = ttft.Length == 0 ? [] : [.. Enumerable.Range(0, Points).Select(point => ttft[Math.Min(ttft.Length - 1, point * ttft.Length / (Points - 1))])],
        };
    }

    private static double TokensIn(Simulation simulation)
    {
        var (trace, log) = (simulation.Trace, simulation.Log);
        var tokens = 0.0;

        for (var call = 0; call < trace.Count; call++)
        {
            tokens += !log.Refused[call] && log.Done[call] >= trace.CountFrom && log.Done[call] <= trace.Length ? trace.OutputTokens[call] : 0;
        }

        return tokens;
    }

    private static Cluster.BackboneSpec Backbone(Simulation simulation, int call) =>
        simulation.State.Cluster.Backbones[simulation.Trace.Functions[simulation.Trace.Function[call]].Backbone];

    private static double Share(int[] calls, Func<int, bool> which) => calls.Length == 0 ? 0 : (double)calls.Count(which) / calls.Length;
}
