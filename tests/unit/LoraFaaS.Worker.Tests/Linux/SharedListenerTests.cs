using System.Net;
using System.Net.Sockets;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Worker.Tests.Linux;

/// <summary>Two ends of one queue of connections, in one process as they are in two: descriptors travel over a socket.</summary>
public sealed class SharedListenerTests
{
    [Fact]
    public async Task Who_leaves_while_waiting_takes_nothing_from_who_stays()
    {
        using var leaves = SharedListener.Of(Bound());
        leaves.Here.Listen(8);
        var stays = await HandOverAsync(leaves);
        using var _ = stays;
        var port = ((IPEndPoint)leaves.LocalEndPoint).Port;
        Assert.Equal(leaves.LocalEndPoint, stays.LocalEndPoint);

        // An accept is under way when it goes, and a connection is in the queue that nobody has accepted.
        var waiting = leaves.Here.AcceptAsync(TestContext.Current.CancellationToken).AsTask();
        leaves.Dispose();
        await Assert.ThrowsAnyAsync<SocketException>(() => waiting);
        using var caller = await ConnectAsync(port);
        await caller.SendAsync("hello"u8.ToArray());

        using var accepted = await Patience.ForAsync(stays.Here.AcceptAsync());
        Assert.False(accepted.LingerState!.Enabled);
        var bytes = new byte[8];
        Assert.Equal(5, await Patience.ForAsync(accepted.ReceiveAsync(bytes.AsMemory()).AsTask()));
    }

    [Fact]
    public async Task When_the_last_one_leaves_callers_are_refused()
    {
        var one = SharedListener.Of(Bound());
        one.Here.Listen(8);
        var other = await HandOverAsync(one);
        var port = ((IPEndPoint)one.LocalEndPoint).Port;

        one.Dispose();
        (await ConnectAsync(port)).Dispose();
        other.Dispose();

        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(port));
    }

    [Fact]
    public async Task The_kernel_says_whose_the_other_end_is()
    {
        var path = new UnixDomainSocketEndPoint($"\0lorafaas-test-{Guid.NewGuid():N}");
        using var desk = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        desk.Bind(path);
        desk.Listen(1);
        using var visitor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await visitor.ConnectAsync(path);
        using var met = await desk.AcceptAsync();

        Assert.True(PeerUser.IsOurs(visitor));
        Assert.True(PeerUser.IsOurs(met));
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task<SharedListener> HandOverAsync(SharedListener listener)
    {
        var (client, server) = await DescriptorStream.PairAsync(maxPending: 1, TestContext.Current.CancellationToken);
        await using var _ = client;
        await using var __ = server;
        await client.WriteAsync("x"u8.ToArray(), listener.Descriptor, TestContext.Current.CancellationToken);
        await server.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        Assert.True(server.TryTakeDescriptor(out var descriptor));
        return SharedListener.Of(descriptor);
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
