using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.SystemTests.Validation;

/// <summary>
/// The simulator against the platform it simulates. Here what does not depend on how fast the machine is at the moment; the agreement of the times within
/// 15 % is <c>lorafaas bench validate</c>, on a machine that does nothing else.
/// </summary>
public sealed class SimulatorValidationTests
{
    private const double KeepAlive = 1.5;

    /// <summary>A call that a busy machine holds up moves the end of its function's keep-alive, and so where the next one finds its adapter.</summary>
    private const double ShareOfCalls = 0.3;

    /// <summary>Between simulated and real mean first tokens on a machine that is busy with other tests.</summary>
    private const double OrderOfMagnitude = 10;

    [Fact]
    public async Task A_slice_played_for_real_finds_adapters_where_the_simulated_one_finds_them()
    {
        using var data = new TempFolder();
        var prompts = DemoData.Accuracy.Keys.Order(StringComparer.Ordinal).Select(function => (function, DemoData.First(function).Prompt)).ToArray();
        var unplanned = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Controller__Planning__Enabled"] = "false" };
        await using var platform = await RunningPlatform.StartAsync(data.Path, unplanned, "--demo");
        platform.Http.DefaultRequestHeaders.Authorization = platform.Basic;
        var client = new ReplayClient(platform.Http, prompts);

        var calls = new CalibrationCalls(client, [TimeSpan.Zero], [.. Enumerable.Range(0, client.Functions)]);
        await calls.AddRoundAsync();
        var timings = MachineTimings.Of(calls);
        var replay = SliceReplay.Of(RepositoryRoot.Of("tests", "data", "traces"), "bursty", 0, calls.Tokens, KeepAlive);
        var real = await replay.PlayAsync(client);
        var simulated = replay.Simulated(timings);

        var warm = real.Count(call => call.Call.WasWarm);
        Assert.InRange(warm, 1, real.Count - 1);
        Assert.InRange((double)warm / real.Count, simulated.FoundAt[3] - ShareOfCalls, simulated.FoundAt[3] + ShareOfCalls);
        Assert.InRange((double)real.Count(call => call.Call.AdapterTier == "disk") / real.Count, simulated.FoundAt[1] - ShareOfCalls, simulated.FoundAt[1] + ShareOfCalls);
        Assert.InRange(real.Average(call => call.Call.FirstTokenMs) / replay.FirstTokens(timings, real).Average(), 1 / OrderOfMagnitude, OrderOfMagnitude);
    }
}
