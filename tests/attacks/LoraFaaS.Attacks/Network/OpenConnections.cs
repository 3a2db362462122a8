using System.Net;
using System.Net.Sockets;
using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Network;

/// <summary>Reaches the network: TCP, UDP, listening, and the families a firewall forgets.</summary>
public sealed class OpenConnections : Attack
{
    private const int Inet = 2, Inet6 = 10, Netlink = 16, Packet = 17, Vsock = 40, Alg = 38, Xdp = 44, Stream = 1, Datagram = 2, Raw = 3;

    public override IReadOnlyList<string> StoppedBy => ["network", "calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        attempts.Do("TCP to the worker", () => Connect(new IPEndPoint(IPAddress.Loopback, target.TcpPort), AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        attempts.Do("TCP over IPv6", () => Connect(new IPEndPoint(IPAddress.IPv6Loopback, target.TcpPort), AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp));
        attempts.Do("UDP", () => Send(new IPEndPoint(IPAddress.Loopback, 53)));
        attempts.Do("listen", Listen);
        attempts.Do("HTTP", () => Ask(target.TcpPort));
        attempts.Do("a name", () => _ = Dns.GetHostAddresses("example.org"));

        foreach (var (name, family, type) in (ReadOnlySpan<(string, int, int)>)
            [("netlink", Netlink, Raw), ("packet", Packet, Raw), ("raw IP", Inet, Raw), ("raw IPv6", Inet6, Raw), ("vsock", Vsock, Stream), ("alg", Alg, 5), ("xdp", Xdp, Raw)])
        {
            var (localFamily, localType) = (family, type);
            attempts.Call($"socket({name})", () => Libc.socket(localFamily, localType, 0));
        }
    }

    private static void Ask(int port)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/healthz");
        client.Send(request).Dispose();
    }

    private static void Connect(EndPoint where, AddressFamily family, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(family, type, protocol);
        socket.Connect(where);
    }

    private static void Send(EndPoint where)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo([1, 2, 3], where);
    }

    private static void Listen()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1);
    }
}
