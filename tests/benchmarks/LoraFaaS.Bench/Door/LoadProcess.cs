using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Protobuf;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Bench.Door;

/// <summary>The other process: clients in a closed loop, or many open streams.</summary>
internal static class LoadProcess
{
    private static readonly byte[] Text = "the soup was cold and the staff rude"u8.ToArray();

    /// <summary>Each client posts, reads the whole answer, posts again. Prints a <see cref="LoadResult"/>.</summary>
    public static async Task<int> RunAsync(string url, int clients, double seconds)
    {
        using var http = Client();
        await LoopAsync(http, url, clients, TimeSpan.FromSeconds(Math.Min(1, seconds / 2)));
        var result = await LoopAsync(http, url, clients, TimeSpan.FromSeconds(seconds));
        Console.WriteLine(JsonSerializer.Serialize(result, BenchJson.Default.LoadResult).ReplaceLineEndings(" "));
        return result.Failures == 0 ? 0 : 1;
    }

    /// <summary>Opens that many event streams, reads each to its first event, says so, and holds them until its input ends.</summary>
    public static async Task<int> HoldAsync(string url, int count)
    {
        using var http = Client();
        var open = new List<HttpResponseMessage>();
        foreach (var wave in Enumerable.Range(0, count).Chunk(64))
        {
            open.AddRange(await Task.WhenAll(wave.Select(_ => OpenAsync(http, url))));
        }

        Console.WriteLine($"open {open.Count}");
        await Console.In.ReadToEndAsync();
        open.ForEach(response => response.Dispose());
        return 0;
    }

    private static async Task<LoadResult> LoopAsync(HttpClient http, string url, int clients, TimeSpan stretch)
    {
        var latencies = new ConcurrentBag<List<double>>();
        var failures = 0;
        var begun = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (Stopwatch.GetElapsedTime(begun) < stretch)
            {
                var sent = Stopwatch.GetTimestamp();
                using var request = Request(url);
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead);
                own.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                if (!response.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref failures);
                }
            }

            latencies.Add(own);
        })));

        var elapsed = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var all = latencies.SelectMany(own => own).ToList();
        return new LoadResult(all.Count, failures, elapsed, Interleaved.Median(all), Interleaved.Quantile(all, 0.99));
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, string url)
    {
        using var request = Request(url);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[8]);
        return response;
    }

    /// <summary>The gateway is asked as a caller asks it; a worker, or what forwards to one, in the worker's own words.</summary>
    private static HttpRequestMessage Request(string url)
    {
        var isWorker = url.EndsWith("/v1/generate", StringComparison.Ordinal);
        var content = new ByteArrayContent(isWorker ? new GenerateRequest { Prompt = new Prompt { UserText = "the soup was cold and the staff rude" } }.ToByteArray() : Text);
        content.Headers.ContentType = new MediaTypeHeaderValue(isWorker ? "application/x-protobuf" : "text/plain");
        return new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
    }

    private static HttpClient Client() =>
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
}
