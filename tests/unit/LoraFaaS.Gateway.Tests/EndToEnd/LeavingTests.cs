using System.Net;
using System.Net.Sockets;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>A gateway that leaves tells each caller so with an answer, before it ends any connection: in HTTP/1.1 by a header, in HTTP/2 by GOAWAY.</summary>
public sealed class LeavingTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Callers_are_told_to_come_again_on_another_connection(string version)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Host:GrpcUrl", "http://127.0.0.1:0");
        await using var running = gateway;
        var door = version == "2.0" ? gateway.Urls.Last() : gateway.Urls.First();
        var connections = 0;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, stop) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri(door), DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, Timeout = Patience.Limit,
        };

        await CallAsync(http);
        await CallAsync(http);
        Assert.Equal(1, Volatile.Read(ref connections));
        gateway.AnnounceLeaving();

        // The first call is still on the connection that there was, and hears of it there; none fails.
        await Patience.UntilAsync(async _ =>
        {
            await CallAsync(http);
            return Volatile.Read(ref connections) > 2;
        });
    }

    private static async Task CallAsync(HttpClient http)
    {
        using var answer = await http.PostAsync("/function/echo", new StringContent("x"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("0 1 2 3 4 5 ", await answer.Content.ReadAsStringAsync());
    }
}
