using System.Diagnostics;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>Usage is counted once, whoever is killed -9 while calls run: what a caller was told is done is in the sums, and nothing is in them twice.</summary>
public sealed class MeteringFaultTests
{
    private const int Callers = 4, CallsEach = 12;

    [Fact]
    public async Task What_was_answered_is_metered_once_through_kills_of_worker_and_controller()
    {
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(data.Path, "--demo");
        var (prompt, expected) = DemoData.First("sentiment");
        await platform.AnswersAgainAsync("sentiment", prompt, expected);
        var before = await SettledAsync(platform, atLeast: 1);
        var answered = 0;

        var calling = Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (var call = 0; call < CallsEach; call++)
            {
                using var response = await platform.InvokeAsync("sentiment", prompt, "text/event-stream");

                // Only what has its last event is owed: one that broke may have been metered or not.
                if ((await response.Content.ReadAsStringAsync()).Contains("event: done", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref answered);
                }
            }
        }).ToList();

        await Patience.UntilAsync(() => Volatile.Read(ref answered) >= Callers, "calls are under way");
        await FaultScript.KillHostAsync(platform, "worker");
        await FaultScript.KillHostAsync(platform, "controller");
        await Patience.ForAsync(Task.WhenAll(calling));
        await platform.AnswersAgainAsync("sentiment", prompt, expected);

        var after = await SettledAsync(platform, before + answered + 1);

        // What was stored is there after another kill, and what is delivered again is not counted again: each try of a call is counted at most once.
        await FaultScript.KillHostAsync(platform, "controller");
        await platform.AnswersAgainAsync("sentiment", prompt, expected);
        var settled = await SettledAsync(platform, after + 1);
        Assert.InRange(settled - before, answered + 2, (2 * Callers) + (Callers * CallsEach) + 16);
    }

    /// <summary>Invocations of the function in the controller's sums, once there are so many.</summary>
    private static async Task<long> SettledAsync(RunningPlatform platform, long atLeast)
    {
        var begun = Stopwatch.GetTimestamp();

        while (true)
        {
            var count = await CountAsync(platform);

            if (count >= atLeast)
            {
                return count;
            }

            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience.StartLimit, $"{count} of {atLeast} invocations are metered");
            await Task.Yield();
        }
    }

    private static async Task<long> CountAsync(RunningPlatform platform)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/usage") { Headers = { Authorization = platform.Basic } };
        using var response = await platform.Http.SendAsync(request);

        if (!response.IsSuccessStatusCode)
        {
            // The controller is being started again.
            return -1;
        }

        using var usage = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return usage.RootElement.EnumerateArray().Where(sum => sum.GetProperty("function").GetString() == "sentiment").Sum(sum => sum.GetProperty("invocations").GetInt64());
    }
}
