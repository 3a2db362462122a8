using System.Net.Sockets;
using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Network;

/// <summary>Reaches processes of the same machine: by path, by abstract name, by message queues and shared memory.</summary>
public sealed class ReachLocalSockets : Attack
{
    private const int Unix = 1, SocketPair = 53, Shmget = 29, Semget = 64, Msgget = 68, MqOpen = 240, CreateAll = 0x3B6;

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        attempts.Do("connect by path", () => Connect(target.UnixSocket));
        attempts.Do("connect by abstract name", () => Connect("\0" + target.AbstractSocket));
        attempts.Call("socket(unix, datagram)", () => Libc.socket(Unix, 2, 0));
        attempts.Call("socketpair", () => Libc.syscall(SocketPair, Unix, 1, 0, 0, 0, 0));
        attempts.Call("shmget", () => Libc.syscall(Shmget, 0x4c6f, 4_096, CreateAll, 0, 0, 0));
        attempts.Call("semget", () => Libc.syscall(Semget, 0x4c6f, 1, CreateAll, 0, 0, 0));
        attempts.Call("msgget", () => Libc.syscall(Msgget, 0x4c6f, CreateAll, 0, 0, 0, 0));
        attempts.Call("mq_open", () => Libc.syscall(MqOpen, 0, 0, 0, 0, 0, 0));
    }

    private static void Connect(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
    }
}
