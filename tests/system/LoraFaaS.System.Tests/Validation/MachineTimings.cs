using LoraFaaS.Simulator.Cluster;

namespace LoraFaaS.SystemTests.Validation;

/// <summary>What the simulator is told of this machine, by calibration calls: means of the warm ones, which are many, and medians of the rest.</summary>
/// <param name="WarmMs">First token of a warm call alone.</param>
/// <param name="ColdMs">First token of a function that sleeps: adapter on disk, sandbox there.</param>
/// <param name="FurtherMs">What each further call adds to the first tokens of calls that come at once.</param>
/// <param name="StepMs">Between tokens.</param>
/// <param name="Tokens">Of each function's answer.</param>
internal sealed record MachineTimings(double WarmMs, double ColdMs, double FurtherMs, double StepMs, IReadOnlyList<int> Tokens)
{
    /// <summary>Warm calls to each function in a round: enough for a mean.</summary>
    private const int WarmCalls = 3;

    /// <summary>Calls each function alone warm and woken, and some together; in the end all sleep.</summary>
    /// <param name="client">Of the platform.</param>
    /// <param name="rounds">Of everything.</param>
    /// <param name="warmCalls">To each function in a round.</param>
    /// <param name="rests">Before each call alone, one after the other and over again: after a rest threads are parked and caches cold, and a call takes longer than in a row of calls.</param>
    public static async Task<MachineTimings> MeasureAsync(ReplayClient client, int rounds, int warmCalls = WarmCalls, IReadOnlyList<TimeSpan>? rests = null)
    {
        var rested = 0;
        var (warm, cold, steps, together) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var tokens = new int[client.Functions];

        for (var function = 0; function < client.Functions; function++)
        {
            await client.CallAsync(function);
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var call = 0; call < warmCalls * client.Functions; call++)
            {
                await RestAsync();
                var answer = await client.CallAsync(call % client.Functions);
                warm.Add(answer.FirstTokenMs);
                tokens[call % client.Functions] = answer.Tokens;

                if (answer.Tokens > 1)
                {
                    steps.Add((answer.DoneMs - answer.FirstTokenMs) / (answer.Tokens - 1));
                }
            }

            var answers = await Task.WhenAll(Enumerable.Range(0, client.Functions).Select(client.CallAsync));
            together.Add(answers.Average(answer => answer.FirstTokenMs));
            await Task.WhenAll(Enumerable.Range(0, client.Functions).Select(client.SleepAsync));

            for (var function = 0; function < client.Functions; function++)
            {
                await RestAsync();
                cold.Add((await client.CallAsync(function)).FirstTokenMs);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, client.Functions).Select(client.SleepAsync));

        // Simulated, calls that come at once wait for all of their batch.
        var alone = warm.Average();
        return new MachineTimings(alone, Median(cold), Math.Max(0.01, (Median(together) - alone) / Math.Max(1, client.Functions - 1)), Median(steps), tokens);

        Task RestAsync() => rests is null ? Task.CompletedTask : Task.Delay(rests[rested++ % rests.Count], TimeProvider.System);
    }

    /// <summary>Of what was measured before and after: what changed meanwhile changed in between.</summary>
    public static MachineTimings Between(MachineTimings before, MachineTimings after) => new(
        (before.WarmMs + after.WarmMs) / 2, (before.ColdMs + after.ColdMs) / 2, (before.FurtherMs + after.FurtherMs) / 2, (before.StepMs + after.StepMs) / 2, before.Tokens);

    public ClusterSpec ToCluster() => new()
    {
        Name = "measured", Devices = 1, DeviceGigabytes = 8,
        Backbones =
        [
            new BackboneSpec
            {
                Name = "demo", Gigabytes = 0.02, PrefillMs = WarmMs, PrefillPerCallMs = FurtherMs, StepMs = StepMs, StepPerCallMs = StepMs / 4, KvMegabytesPerToken = 0.002,
                LoadMs = 1, FastLoadMs = 1, SloMs = 60_000,
            },
        ],
        WarmMs = 1, LibrariesMs = 0, KernelsMs = 0, BlankMs = 0, ContextGigabytes = 0.1, ProcessHostGigabytes = 0.1,

        // What waking takes is measured as a whole: its parts need not be told apart here.
        AttachMs = Math.Max(0, ColdMs - WarmMs), DeviceGigabytesPerSecond = 1e6, DiskGigabytesPerSecond = 1e6,
    };

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count == 0 ? 0 : (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
