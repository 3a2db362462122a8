using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace LoraFaaS.Bench.Door;

/// <summary>Another process: many open streams, by HTTP/2 where TLS lets them.</summary>
internal static class HeldStreams
{
    private static readonly byte[] Text = "the soup was cold and the staff rude"u8.ToArray();

    private static int _connections;

    /// <summary>Opens that many event streams, reads each to its first event, says so, and holds them until its input ends.</summary>
    public static async Task<int> RunAsync(string url, int count, string key)
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

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(Text),
            Version = url.StartsWith("https", StringComparison.Ordinal) ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[8]);
        return response;
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
