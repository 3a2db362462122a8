using System.Net;
using System.Net.Sockets;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>A server that takes connections and never says a word: a controller that hangs, or whose machine has gone.</summary>
public sealed class SilentServerTests
{
    [Fact]
    public async Task A_connection_that_is_not_there_in_its_time_is_an_unavailable_server_and_nobodys_cancellation()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = new GrpcChannel(new()
        {
            Servers = ServerAddresses.One(new Uri($"https://{listener.LocalEndpoint}")),
            ConnectTimeout = TimeSpan.FromMilliseconds(50),
        });
        var control = new ControlClient(channel);

        var unary = await Assert.ThrowsAsync<GrpcStatusException>(() => Patience.ForAsync(control.ActivateAsync(new ActivateRequest(), Patience.Limit, CancellationToken.None)));
        Assert.Equal(GrpcStatusCode.Unavailable, unary.Code);

        var stream = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            await foreach (var _ in control.WatchRoutesAsync(new WatchRoutesRequest(), CancellationToken.None))
            {
            }
        });
        Assert.Equal(GrpcStatusCode.Unavailable, stream.Code);

        await using var session = await control.OpenWorkerSessionAsync(CancellationToken.None);
        var duplex = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            await foreach (var _ in session.ReadAllAsync(CancellationToken.None))
            {
            }
        });
        Assert.Equal(GrpcStatusCode.Unavailable, duplex.Code);
    }
}
