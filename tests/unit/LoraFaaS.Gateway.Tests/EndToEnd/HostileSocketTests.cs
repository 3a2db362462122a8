using System.Net;
using System.Net.Sockets;
using System.Text;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>Bytes that no HTTP library would send, straight to the door. Whatever comes, it says 4xx or closes, and honest callers are served meanwhile and after.</summary>
public sealed class HostileSocketTests
{
    private const string Whole = "0 1 2 3 4 5 ";

    private static readonly string[] Seeds =
    [
        "POST /function/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "GET /v1/models/..%2f..%2fetc HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /async-function/echo HTTP/1.1\r\nHost: x\r\nX-Callback-Url: http://127.0.0.1:1/\r\nContent-Length: 1\r\n\r\nx",
        "GET /system/functions HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \xff\xfe\r\n\r\n",
        "POST /v2/models/echo/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"text_input\":\"a\"}",
    ];

    [Theory]
    [InlineData("oversized chunk", "POST /function/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx")]
    [InlineData("chunk without a size", "POST /function/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx")]
    [InlineData("two lengths", "POST /function/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!")]
    [InlineData("a length that is none", "POST /function/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("no host", "GET /healthz HTTP/1.1\r\n\r\n")]
    [InlineData("a header's name with a space", "GET /healthz HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n")]
    [InlineData("a path out of the root", "POST /function/../../etc/passwd HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("a name with a slash in it", "POST /function/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("a name with a NUL in it", "POST /function/a%00b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("a name that is not UTF-8", "POST /function/%ff%fe HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")]
    public async Task What_is_wrong_is_a_4xx(string what, string bytes)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        var status = await StatusAsync(gateway.Url, Encoding.Latin1.GetBytes(bytes), ends: false);

        Assert.True(status is >= 400 and < 500, $"{what} was answered {status}");
    }

    [Fact]
    public async Task No_bytes_make_the_door_fail()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var random = new Random(20_261_121);

        for (var i = 0; i < 400; i++)
        {
            var status = await StatusAsync(gateway.Url, Mutate(random), ends: true);

            // 505 is what a version that HTTP does not have is to be answered with.
            Assert.True(status is < 500 or 505, $"round {i} was answered {status}");
        }

        Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        await Patience.UntilAsync(() => gateway.InFlight == 0);
    }

    [Fact]
    public async Task Who_never_finishes_a_request_holds_no_place()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:MaxInFlight", "4");
        await using var __ = gateway;
        var slow = new List<Socket>();

        try
        {
            for (var i = 0; i < 64; i++)
            {
                // Half a head, half a line, nothing at all: none of them is an invocation yet.
                slow.Add(await OpenAsync(gateway.Url, Encoding.Latin1.GetBytes(Seeds[0][..(i % 40)])));
            }

            for (var i = 0; i < 8; i++)
            {
                Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
            }
        }
        finally
        {
            slow.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Who_sends_half_a_body_and_leaves_gives_the_place_back()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:MaxInFlight", "2");
        await using var __ = gateway;

        for (var i = 0; i < 8; i++)
        {
            using var socket = await OpenAsync(gateway.Url, "POST /function/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"u8.ToArray());
            await Patience.UntilAsync(() => gateway.InFlight == 1);
            socket.Close();
            await Patience.UntilAsync(() => gateway.InFlight == 0);
        }

        Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
    }

    /// <summary>Each byte in its time, and no end: what is sent is enough for the server, and not for us.</summary>
    [Theory]
    [InlineData("/function/echo")]
    [InlineData("/async-function/echo")]
    [InlineData("/v1/chat/completions")]
    [InlineData("/generate")]
    [InlineData("/v2/models/echo/generate")]
    public async Task A_body_that_trickles_in_is_not_waited_for_for_ever(string path)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:DefaultTimeout", "00:00:00.500");
        await using var __ = gateway;
        using var socket = await OpenAsync(gateway.Url, Encoding.Latin1.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var sending = TrickleAsync(socket, stop.Token);
        var buffer = new byte[12];

        await Patience.ForAsync(socket.ReceiveAsync(buffer.AsMemory()).AsTask());
        await Patience.UntilAsync(() => gateway.InFlight == 0);
        await stop.CancelAsync();
        await sending;

        Assert.StartsWith("HTTP/1.1 4", Encoding.Latin1.GetString(buffer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_stops_its_own_worker()
    {
        const int Most = 1 << 20;
        var sent = 0;
        var (gateway, _) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            var text = new string('x', 1 << 10);
            await exchange.SendAsync(Given.Started());

            for (; sent < Most; Interlocked.Increment(ref sent))
            {
                await exchange.SendAsync(Given.Tokens(text, 1));
            }
        });
        await using var __ = gateway;

        using var socket = await OpenAsync(gateway.Url, "POST /function/echo HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Length: 1\r\n\r\nx"u8.ToArray());
        var before = -1;

        // Until the worker gets no further: what is on the way fills the sockets' buffers and nothing else.
        await Patience.UntilAsync(async stop =>
        {
            var last = before;
            before = Volatile.Read(ref sent);
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, stop);
            return before > 0 && before == last && before == Volatile.Read(ref sent);
        });

        Assert.True(before < Most / 4, $"{before} kB went out to who reads nothing");
        socket.Close();
        await Patience.UntilAsync(() => gateway.InFlight == 0);
    }

    /// <summary>The status of the answer; 0 where the connection was closed without one, or nothing came because the request has no end.</summary>
    /// <param name="ends">Says that no more will be sent, where the bytes may be less than a request.</param>
    private static async Task<int> StatusAsync(Uri door, byte[] bytes, bool ends)
    {
        using var socket = await OpenAsync(door, bytes);
        var buffer = new byte[64];
        var length = 0;

        try
        {
            if (ends)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            while (length < buffer.Length && await Patience.ForAsync(socket.ReceiveAsync(buffer.AsMemory(length)).AsTask()) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (SocketException)
        {
            // Reset: it was closed with our bytes unread.
        }

        var head = Encoding.Latin1.GetString(buffer, 0, length);
        return head.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && int.TryParse(head.AsSpan(9, 3), out var status) ? status : 0;
    }

    private static async Task<Socket> OpenAsync(Uri door, byte[] bytes)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, door.Port);

        try
        {
            await socket.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // Already closed on us: the answer, if there is one, can still be read.
        }

        return socket;
    }

    private static async Task TrickleAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await socket.SendAsync("x"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, stop);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Closed on us, or the test is over.
        }
    }

    private static byte[] Mutate(Random random)
    {
        var bytes = Encoding.Latin1.GetBytes(Seeds[random.Next(Seeds.Length)]).ToList();

        for (var i = 1 + random.Next(4); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);

            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(8), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(0, Math.Min(random.Next(60), bytes.Count)));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.Latin1.GetBytes(new string((char)random.Next(256), random.Next(2_000))));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
