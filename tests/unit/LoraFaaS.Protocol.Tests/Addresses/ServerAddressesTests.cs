using System.Net;
using System.Net.Sockets;
using LoraFaaS.Protocol.Addresses;

namespace LoraFaaS.Protocol.Tests.Addresses;

public sealed class ServerAddressesTests
{
    [Theory]
    [InlineData("http://controller:8081", 1)]
    [InlineData("http://controller-1:8081, http://controller-2:8081", 2)]
    [InlineData("https://[::1]:8081,http://127.0.0.1:1", 2)]
    public void One_or_several_addresses_are_read(string text, int count)
    {
        Assert.True(ServerAddresses.TryParse(text, out var addresses));
        Assert.Equal(count, addresses.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("controller:8081")]
    [InlineData("ftp://controller")]
    [InlineData("http://controller-1:8081,controller-2")]
    public void Anything_else_is_none(string text) => Assert.False(ServerAddresses.TryParse(text, out _));

    [Fact]
    public async Task A_server_that_is_away_is_passed_over_and_the_one_found_is_kept()
    {
        using var away = Listen();
        using var there = Listen();
        var addresses = ServerAddresses.Parse($"{Address(away)},{Address(there)}");
        away.Stop();

        Assert.Equal(Port(there), await ConnectedToAsync(addresses));

        // The first is back: nobody is moved for that.
        using var back = new TcpListener(IPAddress.Loopback, addresses.Name.Port);
        back.Start();
        Assert.Equal(Port(there), await ConnectedToAsync(addresses));
    }

    [Fact]
    public async Task Moving_on_leaves_a_server_that_accepts_and_says_nothing()
    {
        using var silent = Listen();
        using var there = Listen();
        var addresses = ServerAddresses.Parse($"{Address(silent)},{Address(there)}");
        Assert.Equal(Port(silent), await ConnectedToAsync(addresses));

        addresses.MoveOn();
        Assert.Equal(Port(there), await ConnectedToAsync(addresses));
        addresses.MoveOn();
        Assert.Equal(Port(silent), await ConnectedToAsync(addresses));
    }

    [Fact]
    public async Task When_all_are_away_the_last_ones_refusal_is_thrown()
    {
        using var one = Listen();
        using var two = Listen();
        var addresses = ServerAddresses.Parse($"{Address(one)},{Address(two)}");
        one.Stop();
        two.Stop();

        await Assert.ThrowsAsync<HttpRequestException>(() => ConnectedToAsync(addresses));
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static string Address(TcpListener listener) => $"http://127.0.0.1:{Port(listener)}";

    /// <summary>The port that a new connection ended at, whatever it is named in the request.</summary>
    private static async Task<int> ConnectedToAsync(ServerAddresses addresses)
    {
        var port = 0;
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var stream = (NetworkStream)await addresses.ConnectAsync(context, cancellationToken);
                port = ((IPEndPoint)stream.Socket.RemoteEndPoint!).Port;
                await stream.DisposeAsync();
                throw new IOException("connected");
            },
        });

        try
        {
            await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, addresses.Name), TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException) when (port != 0)
        {
            // Only where it went was asked.
        }

        return port;
    }
}
