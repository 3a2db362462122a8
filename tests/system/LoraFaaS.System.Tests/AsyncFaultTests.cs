using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>
/// Asynchronous calls while processes are killed: every call that was answered 202 ends with the function's right answer. LORAFAAS_ASYNC_CALLS and LORAFAAS_ASYNC_KILLS
/// make a run of other lengths.
/// </summary>
public sealed class AsyncFaultTests
{
    private static readonly int Calls = Number("LORAFAAS_ASYNC_CALLS", 1_000);
    private static readonly int Kills = Number("LORAFAAS_ASYNC_KILLS", 20);

    private static readonly Dictionary<string, string?> Quick = new(StringComparer.Ordinal)
    {
        ["Controller__Async__MinWait"] = "00:00:00.200",
        ["Controller__Async__MaxWait"] = "00:00:02",
        ["Controller__Async__Lease"] = "00:00:03",
        ["Controller__Async__Attempts"] = "100",
    };

    [Fact]
    public async Task No_acknowledged_call_is_lost_whichever_process_is_killed()
    {
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(data.Path, Quick, "--demo");
        var cases = DemoData.Cases("ticket-router");
        var accepted = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);

        var killing = KillAsync(platform, accepted);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async caller =>
        {
            for (var i = caller; i < Calls; i += 4)
            {
                var (prompt, expected) = cases[i % cases.Count];
                var id = $"call-{i}";
                await AcceptedAsync(platform, id, prompt);
                accepted[id] = expected;
            }
        }));
        await killing;

        foreach (var (id, expected) in accepted)
        {
            var text = "";
            await Patience.UntilAsync(
                async _ => (text = await EndAsync(platform, id)) is not "", Patience.StartLimit, $"{id} ends");
            Assert.Equal(expected, text);
        }

        Assert.Equal(Calls, accepted.Count);
    }

    /// <summary>A caller that gets no 202 asks again under the same id: that is what the id is for.</summary>
    private static Task AcceptedAsync(RunningPlatform platform, string id, string prompt) => Patience.UntilAsync(
        async cancellationToken =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "async-function/ticket-router")
            {
                Content = new StringContent(prompt, Encoding.UTF8, "text/plain"),
            };
            request.Headers.Add("X-Call-Id", id);

            try
            {
                using var response = await platform.Http.SendAsync(request, cancellationToken);
                return response.StatusCode is HttpStatusCode.Accepted;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        Patience.StartLimit,
        $"{id} is accepted");

    /// <summary>The answer, or nothing while there is none.</summary>
    private static async Task<string> EndAsync(RunningPlatform platform, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/async/{id}");
        request.Headers.Authorization = platform.Basic;

        try
        {
            using var response = await platform.Http.SendAsync(request);
            var body = await response.Content.ReadAsStringAsync();

            if (response.StatusCode is HttpStatusCode.ServiceUnavailable)
            {
                return "";
            }

            Assert.True(response.IsSuccessStatusCode, $"{id}: {(int)response.StatusCode} {body}");
            using var call = JsonDocument.Parse(body);
            var state = call.RootElement.GetProperty("state").GetString();
            Assert.NotEqual("dead", state);
            return state == "completed" ? call.RootElement.GetProperty("body").GetString()! : "";
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    /// <summary>Each kill waits for its share of the calls, so that all of them fall into the work; and for the process to be there.</summary>
    private static async Task KillAsync(RunningPlatform platform, ConcurrentDictionary<string, string> accepted)
    {
        string[] hosts = ["controller", "gateway", "worker", "sandbox"];

        for (var kill = 0; kill < Kills; kill++)
        {
            var due = Calls * (kill + 1) / (Kills + 2);
            await Patience.UntilAsync(_ => Task.FromResult(accepted.Count >= due), Patience.StartLimit, $"{due} calls are accepted");
            var host = hosts[kill % hosts.Length];
            await Patience.UntilAsync(
                _ => Task.FromResult(Pid(platform, host) is { } pid && Kill(pid)), Patience.StartLimit, $"{host} is there to be killed");
        }
    }

    private static int? Pid(RunningPlatform platform, string host)
    {
        try
        {
            return host == "sandbox" ? platform.SandboxPids() is [var first, ..] ? first : null : platform.Pid(host);
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            // Between two starts the file is not there.
            return null;
        }
    }

    private static bool Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
            return true;
        }
        catch (ArgumentException)
        {
            // It has gone by itself; the next one is as good.
            return false;
        }
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
