using System.Net.Http.Headers;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>The control loop with real processes: who idles goes to zero, and who is expected is there before he calls.</summary>
public sealed class PlanningTests
{
    private const string Function = "regular";

    [Fact]
    public async Task A_function_that_went_to_zero_is_back_on_the_device_before_its_next_call()
    {
        using var data = new TempFolder();
        var (prompt, expected) = DemoData.First("sentiment");

        // Nothing is planned: it is called, idles, and is let go.
        await using (var first = await RunningPlatform.StartAsync(data.Path, Settings(("Planning__Enabled", "false")), "--demo"))
        {
            await RunAsync(data, "deploy", Function, "--image", "lora://lory-5m/sentiment", "--label", "com.openfaas.scale.zero=true", "--label", "com.openfaas.scale.zero-duration=1s",
                "--annotation", "lorafaas.io/temperature=0", "--annotation", "lorafaas.io/isolation=function");
            Assert.Equal(expected, await first.AnswerAsync(Function, prompt));
            await Patience.UntilAsync(async _ => await ReplicasAsync(first) == 0, Patience.StartLimit, "it is scaled to zero");
            await Patience.UntilAsync(async _ => !await IsOnDeviceAsync(first), Patience.StartLimit, "its adapter has left the device");
            Assert.Equal(0, await first.StopAsync());
        }

        // What a controller remembers of one that was called every ten minutes for five hours, the last time two minutes ago.
        await RememberAsync(data);
        await using var platform = await RunningPlatform.StartAsync(data.Path, Settings(("Planning__Interval", "00:00:01"), ("Planning__Horizon", "00:15:00")));
        await Patience.UntilAsync(async _ => await IsOnDeviceAsync(platform), Patience.StartLimit, "the plan brings its adapter to the device");
        await Patience.UntilAsync(async _ => (await PlanAsync(platform)).Any(line => Word(line, "action") == "keep" && Word(line, "kind") == "adapter" && Word(line, "tier") == "device"), Patience.StartLimit, "the plan keeps it there");

        var kept = (await PlanAsync(platform)).First(line => Word(line, "kind") == "adapter");
        Assert.StartsWith("kept: P=", Word(kept, "reason"), StringComparison.Ordinal);
        Assert.True(kept.GetProperty("probability").GetDouble() > 0.5, kept.GetRawText());

        // What is there before its call is no instance of it: nobody wants one yet.
        var asleep = await AskAsync(platform, $"system/function/{Function}");
        Assert.False(asleep.TryGetProperty("replicas", out _) || asleep.TryGetProperty("availableReplicas", out _), asleep.GetRawText());
        Assert.Equal(1, asleep.GetProperty("lorafaas").GetProperty("heldBy").GetInt32());

        // Its first call finds everything in place.
        var account = await AccountAsync(platform, prompt);
        Assert.True(Word(account, "adapter_tier") == "device", $"{account.GetRawText()}; planned since: {await AskAsync(platform, $"api/v1/plan?function={Function}.openfaas-fn")}");
        Assert.True(account.GetProperty("sandbox_warm").GetBoolean(), account.GetRawText());
        Assert.Equal(0, account.GetProperty("sandbox_ms").GetDouble() + account.GetProperty("map_ms").GetDouble());

        // A call wakes it, and a second later it is let go again: each look comes right after one.
        await Patience.UntilAsync(IsWantedAfterCallAsync, Patience.StartLimit, "it is wanted again");

        async Task<bool> IsWantedAfterCallAsync(CancellationToken cancellationToken)
        {
            Assert.Equal(expected, await platform.AnswerAsync(Function, prompt));
            return await ReplicasAsync(platform) == 1;
        }
    }

    /// <summary>Looks that follow one another closely, so that what is brought and what is let go would be seen pulling at one another.</summary>
    private static Dictionary<string, string?> Settings(params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(pair => "Controller__" + pair.Key, string? (pair) => pair.Value, StringComparer.Ordinal);
        all["Controller__KeepAlive__Interval"] = "00:00:00.500";

        // A process that had no processor for seconds is no matter of this test: its sandbox is not replaced, and its session stays.
        all["Controller__Workers__SessionTimeout"] = "00:05:00";
        all["Worker__SandboxSilence"] = "00:05:00";
        return all;
    }

    private static async Task RememberAsync(TempFolder data)
    {
        var folder = Directory.CreateDirectory(Path.Combine(data.Path, "controller", "forecasts"));
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "histories"), RememberedCalls.EveryTenMinutes(Function));
    }

    private static async Task RunAsync(TempFolder data, params string[] arguments)
    {
        var result = await LorafaasCommand.RunAsync(data.Path, null, arguments);
        Assert.True(result.ExitCode == 0, $"{result.Output}\n{result.Errors}");
    }

    /// <summary>None is not written.</summary>
    private static async Task<int> ReplicasAsync(RunningPlatform platform) =>
        (await AskAsync(platform, $"system/function/{Function}")).TryGetProperty("replicas", out var replicas) ? replicas.GetInt32() : 0;

    /// <summary>Its isolation gives it a trust domain of its own: what lies there is its own.</summary>
    private static async Task<bool> IsOnDeviceAsync(RunningPlatform platform) =>
        (await AskAsync(platform, "api/v1/workers")).EnumerateArray()
            .SelectMany(worker => worker.GetProperty("resident").EnumerateArray())
            .Any(resident => Word(resident, "kind") == "adapter" && Word(resident, "tier") == "device" && Word(resident, "trustDomain").Contains(Function, StringComparison.Ordinal));

    private static async Task<IEnumerable<JsonElement>> PlanAsync(RunningPlatform platform) =>
        (await AskAsync(platform, $"api/v1/plan?function={Function}.openfaas-fn")).GetProperty("lines").EnumerateArray();

    private static string Word(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static async Task<JsonElement> AskAsync(RunningPlatform platform, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = platform.Basic } };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await platform.Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {body}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.Clone();
    }

    private static async Task<JsonElement> AccountAsync(RunningPlatform platform, string prompt)
    {
        using var response = await platform.InvokeAsync(Function, prompt, "text/event-stream");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        var done = lines[Array.IndexOf(lines, "event: done") + 1]["data: ".Length..];
        using var json = JsonDocument.Parse(done);
        return json.RootElement.GetProperty("cold_start").Clone();
    }
}
