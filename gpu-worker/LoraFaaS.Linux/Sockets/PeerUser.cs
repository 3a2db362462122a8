using System.Net.Sockets;
using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Sockets;

/// <summary>Who is at the other end of a Unix socket, as the kernel knows it (SO_PEERCRED): no file's mode has to be trusted.</summary>
public static class PeerUser
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>The peer runs under this process's user.</summary>
    public static bool IsOurs(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);

        // struct ucred: process, user, group.
        Span<int> credentials = stackalloc int[3];
        return socket.GetRawSocketOption(SocketLevel, PeerCredentials, MemoryMarshal.AsBytes(credentials)) == 12 && (uint)credentials[1] == LibC.geteuid();
    }
}
