using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>Every answer says where the time to its first token went, from the gateway's door on.</summary>
public sealed class AccountTests
{
    private static readonly string[] Stages =
        ["door", "activation", "connect", "admission", "queue", "sandbox", "map", "kernels", "adapter", "prompt", "prefix", "prefill", "relay", "transport", "flush"];

    [Fact]
    public async Task The_stages_of_a_cold_and_of_a_warm_call_add_up_to_their_time_to_first_token()
    {
        using var data = new TempFolder();
        var (prompt, _) = DemoData.First("sentiment");

        // Asleep when it stops, or the replica that the catalogue wants is brought to the device before the call comes.
        await using (var first = await RunningPlatform.StartAsync(data.Path, "--demo"))
        {
            await SleepAsync(first);
            Assert.Equal(0, await first.StopAsync());
        }

        // Started anew over the same data: the adapter is on the worker's disk. Nothing is planned ahead, or the call might find all of it there.
        var unplanned = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Controller__Planning__Enabled"] = "false" };
        await using var platform = await RunningPlatform.StartAsync(data.Path, unplanned);
        var cold = await AccountAsync(platform, prompt);
        var warm = default(JsonElement);

        Assert.InRange(Share(cold), 0.99, 1.01);

        // Of a few milliseconds a busy machine may take one between two stages.
        await Patience.UntilAsync(async _ => Share(warm = await AccountAsync(platform, prompt)) is >= 0.95 and <= 1.05, Patience.StartLimit, "a warm call whose stages add up");

        // The replica that the catalogue wants may have its sandbox a moment before the call comes: then no time went there, and the account says so.
        Assert.True(Stage(cold, "activation") > 0, cold.GetRawText());
        Assert.Equal(cold.GetProperty("sandbox_warm").GetBoolean(), Stage(cold, "sandbox") + Stage(cold, "map") == 0);
        Assert.NotEqual("device", cold.GetProperty("adapter_tier").GetString());
        Assert.Equal("device", warm.GetProperty("adapter_tier").GetString());
        Assert.Equal(0, Stage(warm, "sandbox"));

        using var whole = await platform.InvokeAsync("sentiment", prompt);
        var header = whole.Headers.GetValues("X-Lorafaas-Cold-Start").Single();
        Assert.All(Stages, stage => Assert.Contains($"{stage}=", header, StringComparison.Ordinal));
    }

    private static async Task SleepAsync(RunningPlatform platform)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "system/scale-function/sentiment")
        {
            Content = new StringContent("""{ "serviceName": "sentiment", "replicas": 0 }""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = platform.Basic;
        using var response = await platform.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Of the time to the first token, what its stages have between them.</summary>
    private static double Share(JsonElement account) => Stages.Sum(stage => Stage(account, stage)) / Stage(account, "ttft");

    private static double Stage(JsonElement account, string name) => account.GetProperty(name + "_ms").GetDouble();

    private static async Task<JsonElement> AccountAsync(RunningPlatform platform, string prompt)
    {
        using var response = await platform.InvokeAsync("sentiment", prompt, "text/event-stream");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        var done = lines[Array.IndexOf(lines, "event: done") + 1]["data: ".Length..];
        using var json = JsonDocument.Parse(done);
        return json.RootElement.GetProperty("cold_start").Clone();
    }
}
