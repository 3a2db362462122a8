using LoraFaaS.Simulator;
using LoraFaaS.Simulator.Cluster;

namespace LoraFaaS.SystemTests.Validation;

/// <summary>What the simulator is told of this machine: means over calibration calls, since what is compared are means, and of the slow ones a slice has its share too.</summary>
/// <param name="WarmMs">First token of a warm call alone.</param>
/// <param name="ColdMs">First token of a function that sleeps: adapter on disk, sandbox there.</param>
/// <param name="FurtherMs">What each further call adds to the first tokens of calls that come at once; no more than a call alone takes.</param>
/// <param name="FurtherColdMs">What each further one adds to the last first token of functions that are woken at once; no more than waking takes.</param>
/// <param name="StepMs">Between tokens of a call alone.</param>
/// <param name="FurtherStepMs">What each further call adds to it; no more than a step alone takes.</param>
/// <param name="HostMs">What a call that comes takes from another whose first token is being made; no more than a call alone takes.</param>
internal sealed record MachineTimings(double WarmMs, double ColdMs, double FurtherMs, double FurtherColdMs, double StepMs, double FurtherStepMs, double HostMs)
{
    /// <summary>Of each adapter: what it takes to bring one is measured, so that its size is only a unit.</summary>
    public const double AdapterMegabytes = 1;

    /// <summary>Rules of scale-to-zero play no part in calibration.</summary>
    private const string Unplanned = "lorafaas-idle@3600";

    /// <summary>The simulated engine needs some cost of a further call.</summary>
    private const double LeastMs = 0.01;

    private const int Halvings = 30;

    public static MachineTimings Of(CalibrationCalls calls)
    {
        var (warm, cold) = (calls.Warm.Average(call => call.FirstTokenMs), calls.Cold.Average(call => call.FirstTokenMs));
        var (step, others) = (Between(calls.Warm), Math.Max(1, calls.Functions - 1));

        var alone = new MachineTimings(
            warm, cold,
            FurtherMs: Math.Clamp((calls.Together.Average(call => call.FirstTokenMs) - warm) / others, LeastMs, Math.Max(LeastMs, warm)),

            // Whose turn comes late waits for all before it: half of them in the mean.
            FurtherColdMs: Math.Clamp(2 * (calls.ColdTogether.Average(call => call.FirstTokenMs) - cold) / others, 0, Math.Max(0, cold - warm)),
            StepMs: step,
            FurtherStepMs: Math.Clamp((Between(calls.Together) - step) / others, 0, step),
            HostMs: 0);
        return alone with { HostMs = alone.HostOf(calls.Pairs, calls.Functions) };
    }

    public ClusterSpec ToCluster() => new()
    {
        Name = "measured", Devices = 1, DeviceGigabytes = 8,
        Backbones =
        [
            new BackboneSpec
            {
                Name = "demo", Gigabytes = 0.02, PrefillMs = WarmMs, PrefillPerCallMs = FurtherMs, StepMs = StepMs, StepPerCallMs = FurtherStepMs, KvMegabytesPerToken = 0.002,
                LoadMs = 1, FastLoadMs = 1, SloMs = 60_000,
            },
        ],
        WarmMs = 1, LibrariesMs = 0, KernelsMs = 0, BlankMs = 0, ContextGigabytes = 0.1, ProcessHostGigabytes = 0.1, HostMs = HostMs,

        // What waking takes is measured as a whole: the link is what one takes from another, the rest goes on beside.
        AttachMs = Math.Max(0, ColdMs - WarmMs - FurtherColdMs), DeviceGigabytesPerSecond = AdapterMegabytes / 1_024 / Math.Max(1e-9, FurtherColdMs / 1_000), DiskGigabytesPerSecond = 1e6,
    };

    /// <summary>With which the pairs of calls, simulated, take as long as they took.</summary>
    private double HostOf(IReadOnlyList<PlayedCall> pairs, int functions)
    {
        // All functions are awake before the first pair.
        var trace = PlayedTrace.Of("pairs", [.. Enumerable.Range(0, functions).Select(function => pairs[0] with { Function = function, SentAt = function }), .. pairs.Select(call => call with { SentAt = functions + call.SentAt })], functions);
        var real = pairs.Average(call => call.Call.FirstTokenMs);
        var (least, most) = (0.0, WarmMs);

        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (least + most) / 2;
            var simulated = Simulate.FirstTokens((this with { HostMs = middle }).ToCluster(), trace, Unplanned).Skip(functions).Average();
            (least, most) = simulated < real ? (middle, most) : (least, middle);
        }

        return least;
    }

    private static double Between(IReadOnlyList<ReplayedCall> calls) =>
        calls.Where(call => call.Tokens > 1).Select(call => (call.DoneMs - call.FirstTokenMs) / (call.Tokens - 1)).DefaultIfEmpty(0).Average();
}
