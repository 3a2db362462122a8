using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>What becomes of asynchronous calls that are over: they say until when they are kept, are forgotten then, and the dead ones can be tried again.</summary>
public sealed class AsyncLifeTests
{
    private static readonly Dictionary<string, string?> ShortLived = new(StringComparer.Ordinal)
    {
        ["Controller__Async__ResultTtl"] = "00:00:20",
        ["Controller__Async__DeadTtl"] = "01:00:00",
        ["Controller__Async__PurgeInterval"] = "00:00:00.200",
        ["Controller__Async__CallbackAttempts"] = "1",
    };

    [Fact]
    public async Task Answers_expire_when_they_said_and_a_dead_letter_is_delivered_by_its_replay()
    {
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(data.Path, ShortLived, "--demo");
        var (prompt, expected) = DemoData.First("sentiment");

        // Bound and not listened on: whoever calls it back is refused, and the port is nobody else's meanwhile.
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var dead = await AcceptAsync(platform, prompt, $"http://{receiver.LocalEndPoint}/done");
        var plain = await AcceptAsync(platform, prompt);

        var over = await EndAsync(platform, plain);
        Assert.Equal(("completed", expected), (Text(over, "state"), Text(over, "body")));
        Assert.Equal(TimeSpan.FromSeconds(20), Time(over, "expiresAt") - Time(over, "finishedAt"));

        var undelivered = await EndAsync(platform, dead);
        Assert.Equal("dead", Text(undelivered, "state"));
        Assert.Equal(TimeSpan.FromHours(1), Time(undelivered, "expiresAt") - Time(undelivered, "finishedAt"));
        Assert.Contains(dead, (await AskAsync(platform, HttpMethod.Get, "dead")).Body, StringComparison.Ordinal);

        receiver.Listen();
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(platform, HttpMethod.Post, $"{dead}/replay")).Status);
        var (head, body) = await Patience.ForAsync(ReceiveAsync(receiver));
        Assert.Equal(expected, body);
        Assert.Contains($"X-Call-Id: {dead}", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("X-Function-Status: 200", head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("completed", Text(await EndAsync(platform, dead), "state"));

        foreach (var id in (string[])[plain, dead])
        {
            await Patience.UntilAsync(async _ => (await AskAsync(platform, HttpMethod.Get, id)).Status is HttpStatusCode.NotFound, Patience.StartLimit, $"{id} is forgotten");
        }

        Assert.Contains("has been over for too long", (await AskAsync(platform, HttpMethod.Get, plain)).Body, StringComparison.Ordinal);
        Assert.Equal("[]", (await AskAsync(platform, HttpMethod.Get, "dead")).Body.Trim());
    }

    private static async Task<string> AcceptAsync(RunningPlatform platform, string prompt, string? callback = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "async-function/sentiment") { Content = new StringContent(prompt) };

        if (callback is not null)
        {
            request.Headers.Add("X-Callback-Url", callback);
        }

        using var response = await platform.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.GetValues("X-Call-Id").Single();
    }

    private static async Task<JsonElement> EndAsync(RunningPlatform platform, string id)
    {
        var call = default(JsonElement);
        await Patience.UntilAsync(
            async _ =>
            {
                using var answer = JsonDocument.Parse((await AskAsync(platform, HttpMethod.Get, id)).Body);
                call = answer.RootElement.Clone();
                return call.TryGetProperty("finishedAt", out var finished) && finished.ValueKind is JsonValueKind.String;
            },
            Patience.StartLimit,
            $"{id} is over");
        return call;
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(RunningPlatform platform, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, $"api/v1/async/{path}");
        request.Headers.Authorization = platform.Basic;
        using var response = await platform.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>One request as it came, answered with 200.</summary>
    private static async Task<(string Head, string Body)> ReceiveAsync(Socket receiver)
    {
        using var connection = new NetworkStream(await receiver.AcceptAsync(), ownsSocket: true);
        var bytes = new byte[64 << 10];
        var length = 0;

        while (true)
        {
            var read = await connection.ReadAsync(bytes.AsMemory(length));
            length += read;
            var text = Encoding.UTF8.GetString(bytes, 0, length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);

            if (read == 0 || (end >= 0 && length >= end + 4 + BodyLength(text[..end])))
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                return (text[..end], text[(end + 4)..]);
            }
        }
    }

    private static int BodyLength(string head) => head.Split("\r\n")
        .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
        .Select(line => int.Parse(line["Content-Length:".Length..], System.Globalization.CultureInfo.InvariantCulture))
        .Single();

    private static string? Text(JsonElement call, string field) => call.GetProperty(field).GetString();

    private static DateTimeOffset Time(JsonElement call, string field) => call.GetProperty(field).GetDateTimeOffset();
}
