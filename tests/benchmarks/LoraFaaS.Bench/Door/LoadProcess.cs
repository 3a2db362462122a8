using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Google.Protobuf;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Bench.Door;

/// <summary>The other process: clients in a closed loop, or many open streams.</summary>
internal static class LoadProcess
{
    private static int _connections;

    private static readonly byte[] Text = "the soup was cold and the staff rude"u8.ToArray();

    /// <summary>Each client posts, reads the whole answer, posts again. Prints a <see cref="LoadResult"/>.</summary>
    public static async Task<int> RunAsync(LoadOrder order)
    {
        using var http = Client(order.Key);
        var warmUp = await LoopAsync(http, order, TimeSpan.FromSeconds(Math.Min(1, order.Seconds / 2)));
        var result = await LoopAsync(http, order, TimeSpan.FromSeconds(order.Seconds));
        result = result with { AllCalls = warmUp.Calls + result.Calls };
        Console.WriteLine(JsonSerializer.Serialize(result, BenchJson.Default.LoadResult).ReplaceLineEndings(" "));
        return result.Failures == 0 ? 0 : 1;
    }

    /// <summary>Opens that many event streams, by HTTP/2 where TLS lets them, reads each to its first event, says so, and holds them until its input ends.</summary>
    public static async Task<int> HoldAsync(string url, int count, string key)
    {
        using var http = Client(key);
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

    private static async Task<LoadResult> LoopAsync(HttpClient http, LoadOrder order, TimeSpan stretch)
    {
        var latencies = new ConcurrentBag<List<double>>();
        var failures = 0;
        var begun = Stopwatch.GetTimestamp();
        var pace = order.Rate is { } rate ? new LoadPace(rate, order.Clients, begun, stretch) : null;

        await Task.WhenAll(Enumerable.Range(0, order.Clients).Select(client => Task.Run(async () =>
        {
            var own = new List<double>();
            while (pace is null ? Stopwatch.GetElapsedTime(begun) < stretch : await pace.IsDueAsync(client))
            {
                var sent = Stopwatch.GetTimestamp();
                using var request = Request(order.Url);
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
        var isSecure = url.StartsWith("https", StringComparison.Ordinal);
        return new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = content,
            Version = isSecure ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static HttpClient Client(string key)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectCallback = ConnectAsync, EnableMultipleHttp2Connections = true };

        // No authority has signed the benchmark's own.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == $"CN={OpenStreams.CertificateName}";
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = key.Length > 0 ? new AuthenticationHeaderValue("Bearer", key) : null;
        return client;
    }

    /// <summary>From several loopback addresses in turn: one has some 28 000 ports, which what ran just before still holds in TIME_WAIT.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (Interlocked.Increment(ref _connections) % 8))]), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
