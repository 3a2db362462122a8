using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Network;

/// <summary>
/// Asks the one socket it was given for more than what is said on it: it was made in the machine's network, and there is a process at its other end.
/// </summary>
public sealed unsafe class QuestionTheSocket : Attack
{
    private const int Socket = 3, Ioctl = 16, Getsockopt = 55, Setsockopt = 54, SocketLevel = 1, PeerPidDescriptor = 77, PassPidDescriptor = 76;

    private static readonly (string Name, nint Request)[] Requests =
    [
        ("the machine's addresses", 0x8912), ("an interface's name", 0x8910), ("an interface's flags", 0x8913), ("its network namespace", 0x894C), ("its file", 0x89E0),
        ("whom it signals", 0x8902), ("type into the terminal", 0x5412), ("signals when it can be read", 0x5452),
    ];

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        var room = stackalloc long[512];
        var answer = (nint)room;

        foreach (var (name, request) in Requests)
        {
            // struct ifconf: bytes, and where they go.
            (room[0], room[1]) = (1_024, (nint)(room + 8));
            attempts.Call($"ioctl: {name}", () => Libc.syscall(Ioctl, Socket, request, answer, 0, 0, 0));
        }

        var length = stackalloc int[1] { 4 };
        var lengthAt = (nint)length;
        attempts.Call("getsockopt: a handle on the worker", () => Libc.syscall(Getsockopt, Socket, SocketLevel, PeerPidDescriptor, answer, lengthAt, 0));
        room[0] = 1;
        attempts.Call("setsockopt: handles beside messages", () => Libc.syscall(Setsockopt, Socket, SocketLevel, PassPidDescriptor, answer, 4, 0));
    }
}
