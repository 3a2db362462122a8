using LoraFaaS.Simulator.Cluster;

namespace LoraFaaS.SystemTests.Validation;

/// <summary>What the simulator is told of this machine: means over calibration calls, since what is compared are means, and of the slow ones a slice has its share too.</summary>
/// <param name="WarmMs">First token of a warm call alone.</param>
/// <param name="ColdMs">First token of a function that sleeps: adapter on disk, sandbox there.</param>
/// <param name="FurtherMs">What each further call adds to the first tokens of calls that come at once; no more than a call alone takes.</param>
/// <param name="StepMs">Between tokens of a call alone.</param>
/// <param name="FurtherStepMs">What each further call adds to it; no more than a step alone takes.</param>
/// <param name="Tokens">Of each function's answer.</param>
internal sealed record MachineTimings(double WarmMs, double ColdMs, double FurtherMs, double StepMs, double FurtherStepMs, IReadOnlyList<int> Tokens)
{
    /// <summary>Warm calls to each function in a round: enough for a mean.</summary>
    private const int WarmCalls = 3;

    /// <summary>The simulated engine needs some cost of a further call.</summary>
    private const double LeastMs = 0.01;

    /// <summary>Calls each function alone warm and woken, and all together; in the end all sleep.</summary>
    /// <param name="client">Of the platform.</param>
    /// <param name="rounds">Of everything.</param>
    /// <param name="warmCalls">To each function in a round.</param>
    /// <param name="rests">Before each call alone, one after the other and over again: after a rest threads are parked and caches cold, and a call takes longer than in a row of calls.</param>
    public static async Task<MachineTimings> MeasureAsync(ReplayClient client, int rounds, int warmCalls = WarmCalls, IReadOnlyList<TimeSpan>? rests = null)
    {
        var rested = 0;
        var (warm, cold, together) = (new List<ReplayedCall>(), new List<ReplayedCall>(), new List<ReplayedCall>());
        var tokens = new int[client.Functions];

        for (var function = 0; function < client.Functions; function++)
        {
            tokens[function] = (await client.CallAsync(function)).Tokens;
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var call = 0; call < warmCalls * client.Functions; call++)
            {
                await RestAsync();
                warm.Add(await client.CallAsync(call % client.Functions));
            }

            together.AddRange(await Task.WhenAll(Enumerable.Range(0, client.Functions).Select(client.CallAsync)));
            await Task.WhenAll(Enumerable.Range(0, client.Functions).Select(client.SleepAsync));

            for (var function = 0; function < client.Functions; function++)
            {
                await RestAsync();
                cold.Add(await client.CallAsync(function));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, client.Functions).Select(client.SleepAsync));
        var (alone, step, others) = (warm.Average(call => call.FirstTokenMs), Between(warm), Math.Max(1, client.Functions - 1));

        return new MachineTimings(
            alone, cold.Average(call => call.FirstTokenMs), Math.Clamp((together.Average(call => call.FirstTokenMs) - alone) / others, LeastMs, Math.Max(LeastMs, alone)),
            step, Math.Clamp((Between(together) - step) / others, 0, step), tokens);

        Task RestAsync() => rests is null ? Task.CompletedTask : Task.Delay(rests[rested++ % rests.Count], TimeProvider.System);
    }

    /// <summary>Of what was measured at several times: what changed meanwhile changed in between.</summary>
    public static MachineTimings Over(IReadOnlyList<MachineTimings> times) => new(
        times.Average(time => time.WarmMs), times.Average(time => time.ColdMs), times.Average(time => time.FurtherMs), times.Average(time => time.StepMs), times.Average(time => time.FurtherStepMs),
        times[0].Tokens);

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
        WarmMs = 1, LibrariesMs = 0, KernelsMs = 0, BlankMs = 0, ContextGigabytes = 0.1, ProcessHostGigabytes = 0.1,

        // What waking takes is measured as a whole: its parts need not be told apart here.
        AttachMs = Math.Max(0, ColdMs - WarmMs), DeviceGigabytesPerSecond = 1e6, DiskGigabytesPerSecond = 1e6,
    };

    private static double Between(List<ReplayedCall> calls) => calls.Where(call => call.Tokens > 1).Select(call => (call.DoneMs - call.FirstTokenMs) / (call.Tokens - 1)).DefaultIfEmpty(0).Average();
}
