using System.Net;
using System.Net.Sockets;
using System.Text;
using LoraFaaS.Cli.Diagnosis;

namespace LoraFaaS.Cli.Tests.Diagnosis;

public sealed class ServerFindingsTests
{
    [Theory]
    [InlineData("+PONG\r\n", nameof(FindingState.Good))]
    [InlineData("-NOAUTH Authentication required.\r\n", nameof(FindingState.Good))]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", nameof(FindingState.Missing))]
    public async Task Redis_is_known_by_its_answer(string answer, string state)
    {
        var (port, serving) = Serve(answer);

        Assert.Equal(state, (await ServerFindings.RedisAsync($"127.0.0.1:{port}", TestContext.Current.CancellationToken)).State.ToString());
        await serving;
    }

    [Theory]
    [InlineData("S", nameof(FindingState.Good))]
    [InlineData("N", nameof(FindingState.Good))]
    [InlineData("H", nameof(FindingState.Missing))]
    public async Task Postgres_is_known_by_its_answer(string answer, string state)
    {
        var (port, serving) = Serve(answer);

        Assert.Equal(state, (await ServerFindings.PostgresAsync($"Host=127.0.0.1;Port={port}", TestContext.Current.CancellationToken)).State.ToString());
        await serving;
    }

    [Fact]
    public async Task A_closed_port_is_said_as_such()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        Assert.Equal(FindingState.Missing, (await ServerFindings.RedisAsync($"127.0.0.1:{port}", TestContext.Current.CancellationToken)).State);
        Assert.Equal(FindingState.Good, ServerFindings.Port("127.0.0.1", port, ourOwn: false).State);
    }

    [Fact]
    public void A_taken_port_is_missing_unless_it_is_the_platform_s()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Equal(FindingState.Missing, ServerFindings.Port("127.0.0.1", port, ourOwn: false).State);
        Assert.Equal(FindingState.Good, ServerFindings.Port("127.0.0.1", port, ourOwn: true).State);
    }

    /// <summary>Answers one connection's first words.</summary>
    private static (int Port, Task Serving) Serve(string answer)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (((IPEndPoint)listener.LocalEndpoint).Port, ServeAsync());

        async Task ServeAsync()
        {
            using (listener)
            {
                using var client = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
                await client.ReceiveAsync(new byte[64], TestContext.Current.CancellationToken);
                await client.SendAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
            }
        }
    }
}
