using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using LoraFaaS.TestKit.Callers;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests.Validation;

/// <summary>Calls functions of a running platform and puts them to sleep.</summary>
/// <param name="http">At the gateway, with the password.</param>
/// <param name="prompts">What each function is asked.</param>
internal sealed class ReplayClient(HttpClient http, IReadOnlyList<(string Function, string Prompt)> prompts)
{
    /// <summary>Between two looks at what workers report each second. More of them would be load beside the calls whose times are compared.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public int Functions => prompts.Count;

    /// <summary>As a caller would: who is told that a machine is too busy to keep what was promised comes again when it says so.</summary>
    public async Task<ReplayedCall> CallAsync(int function)
    {
        for (var asked = Stopwatch.GetTimestamp(); ;)
        {
            var begun = Stopwatch.GetTimestamp();
            using var request = new HttpRequestMessage(HttpMethod.Post, $"function/{prompts[function].Function}")
            {
                Content = new StringContent(prompts[function].Prompt, Encoding.UTF8, "text/plain"),
            };
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

            if (response.IsSuccessStatusCode)
            {
                return await ReadAsync(function, response, begun);
            }

            if (ComeAgain.After(response) is not { } wait || Stopwatch.GetElapsedTime(asked) > Patience.Limit)
            {
                throw new InvalidOperationException($"{prompts[function].Function}: {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            }

            await Task.Delay(wait, TimeProvider.System);
        }
    }

    /// <summary>To zero, and until its adapter has left the worker's memory: what is asked is the state that a call meets, not how long it takes to get there.</summary>
    public async Task SleepAsync(int function)
    {
        // The controller knows a worker's memory by its reports; before the last call is in one, "not there" would be old news.
        await UntilAsync(async () => await HoldersAsync(function) > 0, $"{prompts[function].Function} is reported as held");
        var name = prompts[function].Function;
        using var response = await http.PostAsync(
            $"system/scale-function/{name}", new StringContent($$"""{ "serviceName": "{{name}}", "replicas": 0 }""", Encoding.UTF8, "application/json"));
        response.EnsureSuccessStatusCode();
        await UntilAsync(async () => await HoldersAsync(function) == 0, $"{name} sleeps");
    }

    private async Task<ReplayedCall> ReadAsync(int function, HttpResponseMessage response, long begun)
    {
        var (first, tokens) = (0.0, 0);

        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            var now = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;

            switch (item.EventType)
            {
                case "token":
                    first = tokens++ == 0 ? now : first;
                    break;
                case "done":
                    using (var done = JsonDocument.Parse(item.Data))
                    {
                        var account = done.RootElement.GetProperty("cold_start");
                        return new ReplayedCall(tokens == 0 ? now : first, now, Math.Max(1, tokens), account.GetProperty("adapter_tier").GetString()!, account.GetRawText());
                    }

                case "error":
                    throw new InvalidOperationException($"{prompts[function].Function}: {item.Data}");
            }
        }

        throw new InvalidOperationException($"{prompts[function].Function}: the stream ended without its end.");
    }

    private static Task UntilAsync(Func<Task<bool>> condition, string what) => Patience.UntilAsync(
        async patience =>
        {
            if (await condition())
            {
                return true;
            }

            await Task.Delay(Look, TimeProvider.System, patience);
            return false;
        },
        Patience.Limit, what);

    private async Task<int> HoldersAsync(int function)
    {
        using var response = await http.GetAsync($"system/function/{prompts[function].Function}");
        response.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return json.RootElement.GetProperty("lorafaas").GetProperty("heldBy").GetInt32();
    }
}
