using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text;

namespace LoraFaaS.Bench.Contention;

/// <summary>One namespace's callers: so many at once without pause, or calls at random instants. Keeps each call's time to first token; one that was refused has none.</summary>
internal sealed class Tenant(HttpClient http, string name, string prompt, int maxTokens)
{
    private readonly Lock _gate = new();

    public string Name => name;

    /// <summary>Milliseconds; null: refused or failed.</summary>
    public List<double?> FirstTokens { get; } = [];

    /// <summary>Keeps <paramref name="width"/> calls in flight.</summary>
    public Task PressAsync(int width, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, width).Select(async _ =>
    {
        while (!stop.IsCancellationRequested)
        {
            await CallAsync();
        }
    }));

    /// <summary>Calls at the instants of a Poisson process, whatever became of the ones before.</summary>
    public async Task ComeAsync(double aSecond, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        var calls = new List<Task>();

        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / aSecond), TimeProvider.System, CancellationToken.None);
            calls.Add(CallAsync());
        }

        await Task.WhenAll(calls);
    }

    public async Task<double?> CallAsync()
    {
        var first = await FirstTokenAsync();

        lock (_gate)
        {
            FirstTokens.Add(first);
        }

        return first;
    }

    private async Task<double?> FirstTokenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"function/f.{name}?max_tokens={maxTokens}&ignore_eos=true")
        {
            Content = new StringContent(prompt, Encoding.UTF8, "text/plain"),
        };
        request.Headers.Accept.ParseAdd("text/event-stream");
        var begun = Stopwatch.GetTimestamp();
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        double? first = null;

        if (!response.IsSuccessStatusCode)
        {
            // Who is refused comes back a little later; without the pause the refusals would be the load.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            return null;
        }

        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            if (item.EventType == "token")
            {
                first ??= Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }
        }

        return first;
    }
}
